import { once } from 'node:events'
import {
  type ClientHttp2Session,
  connect,
  createSecureServer,
  createServer,
  type Http2SecureServer,
  type Http2Server,
  Http2ServerRequest,
  Http2ServerResponse,
} from 'node:http2'
import { request } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { TlsFiles } from '@disredis/fleet'
import express, { type Express } from 'express'
import express4 from 'express-4'
import { type DisredisSessionOptions, disredisSession } from '../../src/index.js'
import { type AnswerApp, FRAMEWORKS, type Handler, sayCode } from './answer-server.js'

export interface Http2Page {
  readonly status: unknown
  readonly headers: Readonly<Record<string, unknown>>
  readonly text: string
  readonly cookie?: string
}

/** Express makes each request and response one of HTTP/1. This makes an application's those of HTTP/2. */
export function overHttp2(app: Express, of: typeof express): Express {
  const bases = { request: Http2ServerRequest, response: Http2ServerResponse } as const
  for (const name of ['request', 'response'] as const) {
    const own = Object.getOwnPropertyDescriptors(of[name])
    const prototype: object = Object.create(bases[name].prototype, own)
    app[name] = Object.create(prototype, Object.getOwnPropertyDescriptors(app[name])) as never
  }
  return app
}

const sessionsOf = (options: Partial<DisredisSessionOptions> & { readonly client: unknown }) =>
  disredisSession({
    secret: 'the secret of these tests, 32 bytes and more',
    prefix: `${crypto.randomUUID()}:`,
    ...options,
  } as DisredisSessionOptions)

/** The middleware behind node:http2, without a framework. */
export async function serveHttp2(app: AnswerApp, options: Parameters<typeof sessionsOf>[0]) {
  const sessions = sessionsOf(options)
  const listener = FRAMEWORKS['plain node:http']?.(app, sessions as Handler, app.onError ?? sayCode)
  return served(createServer(listener as never), sessions)
}

/** Express on one port for HTTP/2 and HTTP/1.1: the same router in an application for each. */
export async function serveExpressHttp2(
  framework: 'Express 5' | 'Express 4',
  build: (router: express.Router) => void,
  options: Parameters<typeof sessionsOf>[0],
  tls: TlsFiles,
) {
  const of = framework === 'Express 5' ? express : (express4 as unknown as typeof express)
  const sessions = sessionsOf(options)
  const router = of.Router()
  router.use(sessions)
  build(router)
  const http1 = of().use(router) as Express
  const http2 = overHttp2(of().use(router) as Express, of)
  const { cert, key } = tls
  const server = createSecureServer({ cert, key, allowHTTP1: true }, (req, res) => {
    const app = (req.httpVersionMajor === 2 ? http2 : http1) as unknown as Listener
    app(req, res)
  })
  return served(server, sessions, tls.ca)
}

type Listener = (req: unknown, res: unknown) => void

async function served(
  server: Http2Server | Http2SecureServer,
  sessions: ReturnType<typeof disredisSession>,
  ca?: string,
) {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const url = `http${ca === undefined ? '' : 's'}://127.0.0.1:${port}`
  const client = connect(url, { ca })
  return {
    sessions,
    get: (path: string, cookie?: string) => getHttp2(client, path, cookie),
    /** Over HTTP/1.1, on the same port. */
    getHttp1: (path: string, cookie?: string) => getHttp1(`${url}${path}`, ca, cookie),
    async [Symbol.asyncDispose]() {
      client.destroy()
      await new Promise((resolve) => server.close(resolve))
      await sessions.close()
    },
  }
}

async function getHttp2(
  client: ClientHttp2Session,
  path: string,
  cookie?: string,
): Promise<Http2Page> {
  const stream = client.request({ ':path': path, ...(cookie !== undefined && { cookie }) })
  let headers: Record<string, unknown> = {}
  stream.on('response', (got) => {
    headers = got
  })
  stream.end()
  const text = await textOf(stream)
  return pageOf(headers[':status'], headers, text)
}

async function getHttp1(url: string, ca?: string, cookie?: string): Promise<Http2Page> {
  const headers = cookie === undefined ? {} : { cookie }
  const asked = request(url, { ca, headers, agent: false }).end()
  const [response] = await once(asked, 'response')
  return pageOf(response.statusCode, response.headers, await textOf(response))
}

async function textOf(stream: AsyncIterable<unknown>): Promise<string> {
  let text = ''
  for await (const chunk of stream) text += String(chunk)
  return text
}

function pageOf(status: unknown, headers: Record<string, unknown>, text: string): Http2Page {
  const [set] = (headers['set-cookie'] as string[] | undefined) ?? []
  const [sent] = set?.split(';', 1) ?? []
  return { status, headers, text, ...(sent !== undefined && { cookie: sent }) }
}
