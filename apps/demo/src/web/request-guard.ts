import type { IncomingMessage, ServerResponse } from 'node:http'

/** No script or style but those that this server serves; no frame around it. */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ')

export function setSecurityHeaders(response: ServerResponse): void {
  response.setHeader('Content-Security-Policy', contentSecurityPolicy)
  response.setHeader('X-Content-Type-Options', 'nosniff')
  // With `no-referrer` the browser sends a form of this very origin as `Origin: null`.
  response.setHeader('Referrer-Policy', 'same-origin')
  response.setHeader('Cross-Origin-Opener-Policy', 'same-origin')
  response.setHeader('Cross-Origin-Resource-Policy', 'same-origin')
  response.setHeader('Cache-Control', 'no-store')
}

const loopback = /^(127\.\d+\.\d+\.\d+|localhost|\[::1\])(:\d+)?$/

/**
 * What no page of another origin may ask for. It holds for the two applications as for the dashboard.
 *
 * @param isLoopback the server listens for this machine only: then only its own names are good, so
 * that a name which somebody points at 127.0.0.1 is not
 * @returns why the request is refused; undefined: it is not
 */
export function whyRefused(
  { method = 'GET', headers }: Pick<IncomingMessage, 'method' | 'headers'>,
  isLoopback: boolean,
): string | undefined {
  const { host = '', origin } = headers
  if (isLoopback && !loopback.test(host)) return `This server is not ${host || 'without a name'}.`
  if (method === 'GET' || method === 'HEAD') return undefined
  const site = headers['sec-fetch-site']
  if (site !== undefined && site !== 'same-origin' && site !== 'none') {
    return 'Another site may not do that.'
  }
  if (origin !== undefined && origin !== `http://${host}`) return 'Another origin may not do that.'
  return undefined
}
