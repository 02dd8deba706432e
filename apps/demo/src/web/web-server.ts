import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'
import type { Method } from '../comparison/method.js'
import type { Site } from '../site/site.js'
import type { Actions } from './actions.js'
import type { EventStream } from './event-stream.js'
import { Operator } from './operator.js'
import type { PageFiles } from './page-files.js'
import { setSecurityHeaders, whyRefused } from './request-guard.js'

export interface WebServerOptions {
  /** The address to listen on. */
  readonly host: string
  /** 0: a free one. */
  readonly port: number
  /** When the port is taken: a free one instead of an error. */
  readonly mayMove: boolean
}

export interface WebServerParts {
  readonly site: Site
  readonly files: PageFiles
  readonly stream: EventStream
  readonly actions: Actions
  readonly method: () => Method
  /** Told what nobody expected. */
  readonly onTrouble: (message: string) => void
}

/** Actions are a few words. */
const longestBody = 1_000

/** The dashboard and the two applications, on one origin. */
export class WebServer implements AsyncDisposable {
  readonly #server: Server
  readonly #parts: WebServerParts
  readonly #operator: Operator
  readonly #host: string
  readonly #port: number

  private constructor(server: Server, host: string, parts: WebServerParts) {
    this.#server = server
    this.#parts = parts
    this.#host = host
    this.#port = (server.address() as AddressInfo).port
    this.#operator = new Operator(this.#port)
    server.on('request', (request, response) => {
      this.#handle(request, response).catch((error: unknown) => this.#failed(response, error))
    })
  }

  /** @throws Error if the address cannot be listened on */
  static async listen(options: WebServerOptions, parts: WebServerParts): Promise<WebServer> {
    const { host, port, mayMove } = options
    const server = createServer()
    try {
      await listen(server, host, port)
    } catch (error) {
      const isTaken = (error as NodeJS.ErrnoException).code === 'EADDRINUSE'
      if (!isTaken || !mayMove) throw error
      await listen(server, host, 0)
    }
    return new WebServer(server, host, parts)
  }

  /** For everybody who may look. */
  get origin(): string {
    const isAny = this.#host === '0.0.0.0' || this.#host === '::'
    const host = isAny ? 'localhost' : this.#host.includes(':') ? `[${this.#host}]` : this.#host
    return `http://${host}:${this.#port}`
  }

  /** For who started the demo: it may break things. */
  get address(): string {
    return `${this.origin}/?token=${this.#operator.token}`
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#parts.stream[Symbol.dispose]()
    const closed = once(this.#server, 'close')
    this.#server.close()
    this.#server.closeAllConnections()
    await closed
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    setSecurityHeaders(response)
    const refusal = whyRefused(request, isLoopback(this.#host))
    if (refusal !== undefined) return send(response, 403, { said: refusal })
    if (this.#parts.site.handle(request, response)) return
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost')
    const route = `${request.method} ${pathname}`
    switch (route) {
      case 'GET /':
        return this.#page(searchParams.get('token'), response)
      case 'GET /api/events':
        return this.#parts.stream.open(request, response)
      case 'GET /api/operator': {
        const isOperator = this.#operator.isOperator(request)
        return send(response, 200, { isOperator, csrf: isOperator ? this.#operator.csrf : null })
      }
      case 'GET /api/method':
        return send(response, 200, this.#parts.method())
      case 'POST /api/actions':
        return this.#act(request, response)
    }
    if (request.method === 'GET' && this.#parts.files.send(pathname, response)) return
    send(response, 404, { said: 'There is nothing here.' })
  }

  /** The token leaves the address at once: it stays in no history, and in no screenshot. */
  #page(token: string | null, response: ServerResponse): void {
    if (token === null) {
      this.#parts.files.send('/', response)
    } else {
      if (this.#operator.isToken(token)) response.setHeader('Set-Cookie', this.#operator.setCookie)
      response.writeHead(303, { Location: '/' }).end()
    }
  }

  async #act(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const reason = this.#operator.whyNotActing(request)
    if (reason !== undefined) return send(response, 403, { said: reason })
    if (Number(request.headers['content-length'] ?? Number.NaN) > longestBody) {
      return send(response, 413, { said: 'That is too long.' })
    }
    let body: unknown
    try {
      body = await json(request)
    } catch {
      return send(response, 400, { said: 'That is no JSON.' })
    }
    const { status, said } = this.#parts.actions.act(body)
    send(response, status, { said })
  }

  #failed(response: ServerResponse, error: unknown): void {
    this.#parts.onTrouble(error instanceof Error ? error.message : String(error))
    if (!response.headersSent) response.statusCode = 500
    response.end()
  }
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'Content-Type': 'application/json; charset=utf-8' })
  response.end(JSON.stringify(body))
}

async function listen(server: Server, host: string, port: number): Promise<void> {
  server.listen({ host, port, exclusive: true })
  await once(server, 'listening')
}

export function isLoopback(host: string): boolean {
  return /^127\./.test(host) || host === 'localhost' || host === '::1'
}
