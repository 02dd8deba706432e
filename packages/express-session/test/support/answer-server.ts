import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { type AddressInfo, connect as connectSocket } from 'node:net'
import type { Disredis } from '@disredis/client'
import connect from 'connect'
import express from 'express'
import express4 from 'express-4'
import {
  type DisredisSession,
  type DisredisSessionOptions,
  disredisSession,
} from '../../src/index.js'
import './session-data.js'

export type Request = IncomingMessage & Express.Request
export type Next = (error?: unknown) => void
export type Handler = (req: Request, res: ServerResponse, next: Next) => unknown
export type ErrorHandler = (
  error: Error & { code?: string; status?: number },
  req: Request,
  res: ServerResponse,
) => unknown

/** What an application is made of, whatever its framework. */
export interface AnswerApp {
  readonly routes: Readonly<Record<string, Handler>>
  readonly onError?: ErrorHandler
  /** In front of the sessions, and right behind them. */
  readonly before?: readonly Handler[]
  readonly behind?: readonly Handler[]
}

type Listener = (req: IncomingMessage, res: ServerResponse) => void

const steps = ({ before = [], behind = [], routes }: AnswerApp, sessions: Handler): Handler[] => [
  ...before,
  sessions,
  ...behind,
  (req, res, next) => {
    const [path = ''] = (req.url ?? '').split('?')
    const route = routes[path]
    return route === undefined ? next() : route(req, res, next)
  },
]

/** How frameworks run middleware. */
export const FRAMEWORKS: Readonly<
  Record<string, (app: AnswerApp, sessions: Handler, onError: ErrorHandler) => Listener>
> = {
  'Express 5': (app, sessions, onError) => byExpress(express(), steps(app, sessions), onError),
  'Express 4': (app, sessions, onError) => byExpress(express4(), steps(app, sessions), onError),
  Connect: (app, sessions, onError) => {
    const it = connect()
    for (const step of steps(app, sessions)) it.use(step as connect.NextHandleFunction)
    it.use(((error: Error, req: Request, res: ServerResponse, _next: Next) =>
      onError(error, req, res)) as connect.ErrorHandleFunction)
    return it
  },
  'plain node:http': (app, sessions, onError) => (req, res) => {
    const list = steps(app, sessions)
    let i = 0
    const next = (error?: unknown): void => {
      const step = list[i++]
      if (error || step === undefined) {
        onError((error ?? new Error('Not found')) as Error, req as Request, res)
        return
      }
      try {
        step(req as Request, res, next)
      } catch (thrown) {
        next(thrown)
      }
    }
    next()
  },
}

function byExpress(
  app: express.Express,
  list: readonly Handler[],
  onError: ErrorHandler,
): Listener {
  for (const step of list) app.use(step as unknown as express.RequestHandler)
  const handler: express.ErrorRequestHandler = (error, req, res, _next) => {
    onError(error, req as unknown as Request, res)
  }
  app.use(handler)
  return app as unknown as Listener
}

/** Answers as error handlers do that know nothing of what was answered before. */
export const sayCode: ErrorHandler = (error, _req, res) => {
  if (res.headersSent) return
  res.statusCode = error.status ?? 500
  res.setHeader('Content-Type', 'application/json')
  res.end(JSON.stringify({ code: error.code }))
}

export interface HandlerServer extends AsyncDisposable {
  readonly url: string
  readonly port: number
  readonly server: Server
  /** What came to the error handler. */
  readonly errors: (string | undefined)[]
  browser(): Browser
}

export interface AnswerServer extends HandlerServer {
  readonly sessions: DisredisSession
}

export async function serveAnswers(
  framework: string,
  app: AnswerApp,
  options: Partial<DisredisSessionOptions> & { readonly client: unknown },
): Promise<AnswerServer> {
  const sessions = disredisSession({
    secret: 'the secret of these tests, 32 bytes and more',
    prefix: `${crypto.randomUUID()}:`,
    ...options,
  } as DisredisSessionOptions)
  const served = await serveBehind(framework, app, sessions as Handler)
  return {
    ...served,
    sessions,
    async [Symbol.asyncDispose]() {
      await served[Symbol.asyncDispose]()
      await sessions.close()
    },
  }
}

/** The application behind any session middleware. */
export async function serveBehind(
  framework: string,
  app: AnswerApp,
  sessions: Handler,
): Promise<HandlerServer> {
  const errors: AnswerServer['errors'] = []
  const build = FRAMEWORKS[framework]
  if (build === undefined) throw new Error(`No such framework: ${framework}`)
  const listener = build(app, sessions, (error, req, res) => {
    errors.push(error.code)
    return (app.onError ?? sayCode)(error, req, res)
  })
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const url = `http://127.0.0.1:${port}`
  return {
    url,
    port,
    server,
    errors,
    browser: () => new Browser(url),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

export interface Page {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  readonly cookie: string | undefined
}

/** Keeps its cookie, follows no redirect. */
export class Browser {
  cookie: string | undefined
  readonly #url: string

  constructor(url: string) {
    this.#url = url
  }

  async get(path: string, init: RequestInit = {}): Promise<Page> {
    const headers = { ...(this.cookie !== undefined && { cookie: this.cookie }), ...init.headers }
    const response = await fetch(`${this.#url}${path}`, { redirect: 'manual', ...init, headers })
    const cookie = response.headers.getSetCookie().at(-1)?.split(';', 1)[0]
    this.cookie = cookie ?? this.cookie
    return {
      status: response.status,
      headers: response.headers,
      text: await response.text(),
      cookie,
    }
  }
}

/** One connection, spoken to by hand. */
export class Wire implements Disposable {
  readonly #socket
  received = ''
  isClosed = false

  constructor(port: number) {
    this.#socket = connectSocket(port, '127.0.0.1')
      .setEncoding('utf8')
      .on('data', (text) => {
        this.received += text
      })
      .on('error', () => undefined)
      .on('close', () => {
        this.isClosed = true
      })
  }

  send(text: string): void {
    this.#socket.write(text)
  }

  get(path: string, cookie?: string, more = ''): void {
    const header = cookie === undefined ? '' : `cookie: ${cookie}\r\n`
    this.send(`GET ${path} HTTP/1.1\r\nhost: app\r\n${header}${more}\r\n`)
  }

  [Symbol.dispose](): void {
    this.#socket.destroy()
  }
}

/** A client whose writes wait at a gate while it is shut; the server below is real. */
export function gated(client: Disredis) {
  let opened: Promise<void> | undefined
  let open = () => {}
  let waiting = 0
  const wrap = <Target extends object>(target: Target): Target =>
    new Proxy(target, {
      get(it, name) {
        const value = Reflect.get(it, name, it) as unknown
        if (typeof value !== 'function') return value
        if (name === 'with' || name === 'durable') {
          return (...args: unknown[]) => wrap(value.apply(it, args) as object)
        }
        if (name !== 'evalsha' && name !== 'eval') return value.bind(it)
        return async (...args: unknown[]) => {
          waiting++
          await opened
          return value.apply(it, args) as unknown
        }
      },
    })
  return {
    client: wrap(client),
    /** Writes that came so far, since it was shut. */
    get waiting() {
      return waiting
    },
    shut() {
      waiting = 0
      opened = new Promise((resolve) => {
        open = () => {
          opened = undefined
          resolve()
        }
      })
    },
    open: () => open(),
  }
}
