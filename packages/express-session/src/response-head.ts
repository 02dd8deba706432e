import type { ServerResponse } from 'node:http'

/** Whether `writeHead` takes it. */
export function isStatus(value: unknown): boolean {
  const status = Number(value)
  return Number.isInteger(status) && status >= 100 && status <= 999
}

/** Sets the headers that `writeHead` takes: an object, a flat list, or a list of pairs. */
export function setHeaders(res: ServerResponse, headers: unknown): void {
  if (typeof headers !== 'object' || headers === null) return
  if (!Array.isArray(headers)) {
    for (const [name, value] of Object.entries(headers)) {
      if (value !== undefined) res.setHeader(name, value as string)
    }
    return
  }
  const pairs = Array.isArray(headers[0])
    ? (headers as [string, string][])
    : headers.flatMap((name, i) => (i % 2 === 0 ? [[name, headers[i + 1]] as const] : []))
  for (const [name] of pairs) res.removeHeader(name)
  for (const [name, value] of pairs) {
    const before = res.getHeader(name)
    res.setHeader(name, before === undefined ? value : [before, value].flat().map(String))
  }
}
