import { channel } from 'node:diagnostics_channel'
import { type IncomingMessage, ServerResponse } from 'node:http'
import type { Http2ServerRequest } from 'node:http2'
import { answerCallback } from '@disredis/session-store/adapter'
import type { SessionData } from 'express-session'
import { type DisredisSessionOptions, resolveSessionOptions } from './disredis-session-options.js'
import { bindingOf, DisredisStore, makeCookiesBy } from './disredis-store.js'
import { HeldResponse } from './held-response.js'
import type { StoreRequest } from './middleware.js'
import { RequestSession } from './request-session.js'
import { type AnsweredRequest, SessionAnswer } from './session-answer.js'

/** Name of the `diagnostics_channel` on which it is told that a response left and its session did not. */
export const UNSAVED_CHANNEL = 'disredis:session:unsaved'

/** A response left whose session could not be saved: it had begun before, or said 500 itself. */
export interface SessionUnsavedEvent {
  readonly error: unknown
}

/** Express, Connect, plain `node:http` and `node:http2`: whoever calls it gives a `next`. */
export interface DisredisSession extends AsyncDisposable {
  (req: IncomingMessage | Http2ServerRequest, res: object, next: (error?: unknown) => void): void
  /** `login`, `lock`, `listSessions`, ... */
  readonly store: DisredisStore
  /** How many responses left whose session could not be saved, see {@link UNSAVED_CHANNEL}. */
  readonly unsaved: number
  /** Closes the store, and the client if the store made it. */
  close(): Promise<void>
}

const unsavedChannel = channel(UNSAVED_CHANNEL)

/**
 * Sessions for Express: `app.use(disredisSession({ sentinels: ['h:26379'], secret }))`. Takes the options
 * of express-session (except `store`; `resave` and `saveUninitialized` are false) and those of the store.
 *
 * What a client reads as success was saved: a changed session is saved before the first byte of the
 * response leaves. If it cannot be saved the request gets `next(error)`, with the `status` 503 or 500, on
 * a response that is as it was when the middleware called `next`. What a stream changes after its first
 * byte is saved before its last one.
 *
 * @throws SessionOptionError, and what a Disredis client throws for its options.
 */
export function disredisSession(options: DisredisSessionOptions): DisredisSession {
  const { store: storeOptions, cookies, generateId, ...policy } = resolveSessionOptions(options)
  const store = new DisredisStore(storeOptions)
  const binding = bindingOf(store)
  let isReady = true
  let unsaved = 0
  store.on('disconnect', () => {
    isReady = false
  })
  store.on('connect', () => {
    isReady = true
  })
  store.generate = (req: StoreRequest) => {
    const request = req as unknown as IncomingMessage & StoreRequest
    request.sessionID = generateId(request)
    const session = new RequestSession(request) as RequestSession & SessionData
    session.cookie = cookies.create(request)
    request.session = session
  }
  makeCookiesBy(store, (req) => cookies.configured(req as unknown as IncomingMessage))
  const context = {
    ...policy,
    sessions: store.sessions,
    binding,
    cookies,
    onUnsaved(error: unknown) {
      unsaved++
      const event: SessionUnsavedEvent = { error }
      unsavedChannel.publish(event)
    },
  }

  function handle(given: IncomingMessage | Http2ServerRequest, to: object, next: Next): void {
    const req = given as IncomingMessage & AnsweredRequest & { sessionStore?: DisredisStore }
    const res = to as ServerResponse
    if (req.session || !isReady || !isWithin(pathOf(req), cookies.optionsFor(req).path ?? '/')) {
      next()
      return
    }
    req.sessionStore = store
    const cookieId = cookies.read(req)
    req.sessionID = cookieId
    const begin = (data: SessionData | undefined) => {
      const request = req as unknown as StoreRequest
      if (data === undefined) store.generate(request)
      else store.createSession(request, data)
      if (!isResponse(res)) return
      new HeldResponse(res, new SessionAnswer(context, req, res, cookieId, next))
    }
    if (cookieId === undefined) {
      begin(undefined)
      next()
      return
    }
    const fail = (error: unknown) => {
      for (const [name, value] of Object.entries(headersOf(error))) {
        if (typeof res.setHeader === 'function' && !res.headersSent) res.setHeader(name, value)
      }
      next(error)
    }
    answerCallback(binding.load(cookieId), (failure, data) => {
      if (failure !== null) {
        fail(failure)
        return
      }
      try {
        begin(data)
      } catch (error) {
        fail(error)
        return
      }
      next()
    })
  }

  return Object.defineProperties(handle, {
    store: { value: store, enumerable: true },
    unsaved: { get: () => unsaved, enumerable: true },
    close: { value: () => store.close() },
    [Symbol.asyncDispose]: { value: () => store.close() },
  }) as unknown as DisredisSession
}

type Next = (error?: unknown) => void

/** An upgrade has none, or one that only looks like it: nothing leaves through that. */
function isResponse(res: Partial<ServerResponse>): boolean {
  if (res instanceof ServerResponse) return true
  const needed = [res.end, res.write, res.writeHead, res.getHeaders, res.on]
  return needed.every((method) => typeof method === 'function')
}

/** As the client asked for it: routers shorten `url`. */
function pathOf({ url, originalUrl }: IncomingMessage & { originalUrl?: string }): string {
  const whole = originalUrl ?? url ?? '/'
  const end = whole.search(/[?#]/)
  const path = end < 0 ? whole : whole.slice(0, end)
  if (path.startsWith('/')) return path
  return URL.canParse(path) ? new URL(path).pathname : '/'
}

function isWithin(path: string, cookiePath: string): boolean {
  return path.startsWith(cookiePath)
}

function headersOf(error: unknown): Readonly<Record<string, string>> {
  return (error as { headers?: Readonly<Record<string, string>> }).headers ?? {}
}
