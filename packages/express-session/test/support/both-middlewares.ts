import type { Disredis } from '@disredis/client'
import type { Express, Request, RequestHandler } from 'express'
import type { SessionOptions } from 'express-session'
import { expect } from 'vitest'
import { disredisSession } from '../../src/index.js'
import './session-data.js'
import { serveWebApp, type WebApp } from './web-app.js'

export type Options = Omit<SessionOptions, 'secret' | 'store'> & {
  readonly secret?: string | string[]
  readonly mountedAt?: string
}
export type Serve = (routes: (app: Express) => void, options?: Options) => Promise<WebApp>

export const HOUR = 3_600_000
const SECRET = 'the secret of these tests, 32 bytes and more'

/** express-session with its MemoryStore, and ours: what its documentation says holds of both. */
export const bothMiddlewares = (client: () => Disredis): Readonly<Record<string, Serve>> => ({
  'express-session': (routes, options) =>
    serveWebApp({ secret: SECRET, saveUninitialized: false, ...options, routes }),
  disredisSession: (routes, { mountedAt, ...options } = {}) => {
    const sessions = disredisSession({
      secret: SECRET,
      client: client(),
      prefix: `${crypto.randomUUID()}:`,
      deadline: 60_000,
      ...options,
    })
    return serveWebApp({ sessions, routes, ...(mountedAt !== undefined && { mountedAt }) })
  },
})

export const count: RequestHandler = (req, res) => {
  req.session.views = (req.session.views ?? 0) + 1
  res.json(req.session.views)
}
/** `none` where the middleware gave no session. */
export const peek: RequestHandler = (req, res) => {
  const { session } = req as { session?: Request['session'] }
  res.json(session === undefined ? 'none' : (session.views ?? 0))
}
export const visits = (app: Express) => {
  app.get('/', count)
  app.get('/peek', peek)
}

/** The attributes of the one cookie that was sent, without its value and its date; undefined: none. */
export function attributes(cookies: readonly string[]): string[] | undefined {
  expect(cookies.length).toBeLessThan(2)
  return cookies[0]
    ?.split(/; ?/)
    .slice(1)
    .map((text) => text.replace(/^Expires=.*/, 'Expires'))
    .sort()
}

/** ms from now, of the one cookie that was sent. */
export function lifeOf([cookie = '']: readonly string[]): number {
  const [, date = ''] = /Expires=([^;]*)/.exec(cookie) ?? []
  return Date.parse(date) - Date.now()
}
