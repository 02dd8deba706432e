import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import express, { type ErrorRequestHandler, type Express } from 'express'
import session, { type SessionOptions } from 'express-session'
import type { DisredisSession, DisredisStore } from '../../src/index.js'

export interface WebApp extends AsyncDisposable {
  readonly url: string
  /** Codes of the errors that reached the application's error handler, in their order. */
  readonly errors: (string | undefined)[]
  /** Somebody with a cookie jar of their own. */
  visitor(cookie?: string): Visitor
}

export interface WebAppOptions extends Partial<Omit<SessionOptions, 'store'>> {
  /** For express-session's own middleware; without it `sessions` is the middleware. */
  readonly store?: session.Store
  readonly sessions?: DisredisSession
  /** Where the sessions are mounted; default everywhere. */
  readonly mountedAt?: string
  /** Middleware right behind the session's, and routes. */
  readonly routes: (app: Express) => void
}

/** An Express 5 application with sessions, on a port of its own. */
export async function serveWebApp(options: WebAppOptions): Promise<WebApp> {
  const { routes, sessions, mountedAt = '/', ...sessionOptions } = options
  const app = express()
  const errors: WebApp['errors'] = []
  app.use(
    mountedAt,
    sessions ??
      session({
        secret: 'the secret of these tests, 32 bytes and more',
        resave: false,
        saveUninitialized: false,
        ...sessionOptions,
      }),
  )
  routes(app)
  const answerError: ErrorRequestHandler = (error: { code?: string }, _req, res, _next) => {
    errors.push(error.code)
    if (!res.headersSent) res.status(500).json({ code: error.code })
  }
  app.use(answerError)
  const server = createServer(app)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    url,
    errors,
    visitor: (cookie) => new Visitor(url, cookie),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      await sessions?.close()
      await (options.store as Partial<DisredisStore> | undefined)?.close?.()
    },
  }
}

export interface Answer {
  readonly status: number
  readonly body: unknown
  /** The Set-Cookie headers. */
  readonly cookies: readonly string[]
}

export class Visitor {
  cookie: string | undefined
  readonly #url: string

  constructor(url: string, cookie?: string) {
    this.#url = url
    this.cookie = cookie
  }

  async get(path: string, init: RequestInit = {}): Promise<Answer> {
    const headers = { ...(this.cookie !== undefined && { cookie: this.cookie }), ...init.headers }
    const response = await fetch(`${this.#url}${path}`, { ...init, headers })
    const text = await response.text()
    const cookies = response.headers.getSetCookie()
    this.cookie = cookies.at(-1)?.split(';', 1)[0] ?? this.cookie
    return { status: response.status, body: text === '' ? undefined : JSON.parse(text), cookies }
  }

  async body(path: string): Promise<unknown> {
    return (await this.get(path)).body
  }
}
