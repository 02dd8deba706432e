import { randomBytes } from 'node:crypto'
import {
  type DestroyResult,
  type LockOptions,
  type SessionCounters,
  type SessionEntry,
  SessionInvalidError,
  SessionStore,
} from '@disredis/session-store'
import {
  answerCallback,
  type Callback,
  type ConfiguredCookie,
  CookieWarning,
  keepStrict,
  UserField,
} from '@disredis/session-store/adapter'
import { type CookieOptions, type Session, type SessionData, Store } from 'express-session'
import { allRefs, allSessions, clearAll } from './all-sessions.js'
import { Cookie } from './express-session-classes.js'
import { freshMiddleware, lockMiddleware } from './lock-middleware.js'
import type { SessionMiddleware, SessionRequest, StoreRequest } from './middleware.js'
import { OutageWatch } from './outage-watch.js'
import { RequestSession } from './request-session.js'
import { SessionBinding } from './session-binding.js'
import {
  type DisredisStoreOptions,
  type GivenSession,
  resolveOptions,
  type StoredSession,
} from './store-options.js'

/** Of work whose result is nobody's business. */
type Done = ((error?: unknown) => void) | undefined

type CookieMaker = (req: StoreRequest) => SessionData['cookie']

let readBinding: (store: DisredisStore) => SessionBinding
let setCookieMaker: (store: DisredisStore, make: CookieMaker) => void

/** @internal */
export function bindingOf(store: DisredisStore): SessionBinding {
  return readBinding(store)
}

/** @internal Says what the application configured, which else only a whole new session shows. */
export function makeCookiesBy(store: DisredisStore, make: CookieMaker): void {
  setCookieMaker(store, make)
}

/**
 * A store for express-session: `session({ store: new DisredisStore({ sentinels: ['h:26379'] }), ... })`.
 *
 * The methods with callbacks are express-session's; a callback may be missing. Errors are
 * `SessionStoreError`s with a stable `code`, and none of them means that there is no session. Emits
 * `disconnect` only in a lasting outage (option `disconnectAfter`), and always `connect` after that.
 */
export class DisredisStore extends Store {
  /** The store behind it: with promises, and with an iteration over all sessions. */
  readonly sessions: SessionStore<StoredSession>
  /** Set by `session()`: gives a request a new session. */
  declare generate: (req: StoreRequest) => void
  readonly #binding: SessionBinding
  readonly #users: UserField<StoredSession>
  readonly #outage: OutageWatch
  readonly #cookieWarning = new CookieWarning(
    'Give session() the option cookie: { secure: true, httpOnly: true }; ' +
      "behind a proxy that terminates TLS, app.set('trust proxy', 1) too.",
  )

  #configuredCookie: CookieMaker = (req) => {
    const { session, sessionID } = req
    this.generate(req)
    const { cookie } = req.session
    req.session = session
    req.sessionID = sessionID
    return cookie
  }

  static {
    readBinding = (store) => store.#binding
    setCookieMaker = (store, make) => {
      store.#configuredCookie = make
    }
  }

  /** @throws SessionOptionError, and what a Disredis client throws for its options. */
  constructor(options: DisredisStoreOptions) {
    super()
    const { store, userId, disconnectAfter } = resolveOptions(options)
    this.#users = new UserField(userId)
    this.#outage = new OutageWatch({
      after: disconnectAfter,
      probe: () => this.#isAnswering(),
      onOutage: () => queueMicrotask(() => this.emit('disconnect')),
      onRecovery: () => queueMicrotask(() => this.emit('connect')),
    })
    this.sessions = new SessionStore<StoredSession>({ ...store, userId: this.#users.userId })
    this.#binding = new SessionBinding(this.sessions, () => this.#outage.failed())
  }

  /** A snapshot of what was counted so far. */
  get counters(): Readonly<SessionCounters> {
    return this.sessions.counters
  }

  override get(sid: string, callback?: Callback<SessionData | undefined>): void {
    answerCallback(this.#binding.load(sid), callback)
  }

  override set(sid: string, session: GivenSession, callback?: Done): void {
    this.#cookieWarning.check(session.cookie)
    answerDone(this.#binding.save(sid, session), callback)
  }

  /** Answers at once if there is nothing to write yet. */
  override touch(sid: string, session: GivenSession, callback?: Done): void {
    answerDone(this.#binding.touch(sid, session), callback)
  }

  override destroy(sid: string, callback?: Done): void {
    answerDone(this.#binding.destroy(sid), callback)
  }

  /** All sessions at once; `for await (const entry of store.sessions.sessions())` holds one page. */
  override all(callback?: Callback<SessionData[]>): void {
    answerCallback(allSessions(this.sessions), callback)
  }

  /** The refs of all sessions: ids are not known, see `hashIds`. */
  ids(callback?: Callback<string[]>): void {
    answerCallback(allRefs(this.sessions), callback)
  }

  override length(callback?: Callback<number>): void {
    answerCallback(this.sessions.count(), callback)
  }

  /** Removes all sessions. Answers a `SessionPartialError` if some master could not be asked. */
  override clear(callback?: Done): void {
    answerDone(clearAll(this.sessions), callback)
  }

  override createSession(req: StoreRequest, data: SessionData): Session & SessionData {
    const { lock } = this.#binding.traceOf(req.session)
    const isSame = req.session?.id === req.sessionID
    const trace = this.#binding.traceOf(data)
    // `load()` brings a request that is none: nothing to make a cookie for.
    const isStandIn = trace.handle?.source === 'anonymous' && 'headers' in req
    if (!isStandIn && 'headers' in req) this.#keepStrict(req, data.cookie)
    const session = isStandIn ? this.#standIn(req, data) : createSession(req, data)
    this.#binding.trace(session, isSame && lock !== undefined ? { ...trace, lock } : trace)
    return session
  }

  /**
   * Gives the request a new session in place of its own. When Redis cannot end the old one, the
   * request gets an empty session that is never stored, and the browser keeps its cookie.
   */
  override regenerate(req: StoreRequest, callback?: Done): void {
    answerDone(this.#regenerate(req), callback)
  }

  /**
   * Logs a user in: a new session id, `data` and the user in it, stored when the promise resolves. All
   * else that was in the session is gone. Do this after the user has proved who they are.
   *
   * @throws SessionStoreError if it could not be stored, or there is no session here to log in to: then
   * the user is not logged in.
   */
  async login(
    req: SessionRequest,
    userId: string | number,
    data: StoredSession = {},
  ): Promise<void> {
    const fields = this.#users.fieldsAtLogin(userId, data)
    if ((req.sessionStore as unknown) !== this) {
      // Nothing was done for this request, and it will send no cookie either.
      throw new SessionInvalidError(
        "login: the request has no session of this store; is its path within the cookie's, and is Redis reachable?",
      )
    }
    await this.#regenerate(req as StoreRequest)
    Object.assign(req.session, fields)
    this.#cookieWarning.check(req.session.cookie)
    try {
      const { handle } = await this.#binding.save(req.sessionID, req.session, { isLogin: true })
      if (handle !== undefined) return
      throw new SessionInvalidError('login: the cookie has already expired; check its maxAge')
    } catch (error) {
      // Nobody is logged in, and express-session is not to save the session by itself.
      const { sessionID } = req
      this.#replaceFailed(req as StoreRequest, error)
      // Its reply may be all that was lost: an id that nobody was given is ended, too.
      this.#binding.destroy(sessionID).catch(() => undefined)
      throw error
    }
  }

  /** Ends all sessions of a user at once, whatever their number, also those of this request. */
  logoutEverywhere(userId: string | number): Promise<void> {
    return this.sessions.revokeUser(userId)
  }

  /** The user's sessions, the oldest login first. */
  listSessions(userId: string | number): Promise<SessionEntry<StoredSession>[]> {
    return this.sessions.listUserSessions(userId)
  }

  /** Ends one session of the user, by the `ref` that `listSessions` gave. */
  endSession(userId: string | number, ref: string): Promise<DestroyResult> {
    return this.sessions.endUserSession(userId, ref)
  }

  /** The `ref` of the request's own session in `listSessions`; undefined if it is not stored. */
  refOf(req: SessionRequest): string | undefined {
    const { handle, isStored } = this.#binding.traceOf(req.session)
    return isStored ? handle?.ref : undefined
  }

  /**
   * Middleware for routes whose requests must not overlap: `app.post('/pay', store.lock(), handler)`.
   * It waits for the session's lock, loads the session again and gives the lock back when the response
   * is ended. A session that is not stored yet is nobody else's and is not locked.
   */
  lock(options?: LockOptions): SessionMiddleware {
    return lockMiddleware(this.sessions, this.#binding, options)
  }

  /**
   * Middleware for routes that must not rest on the near cache (option `nearCache`): it loads the session
   * again, from Redis. `app.post('/password', store.fresh(), handler)`. A session that has ended meanwhile is
   * an error of the request, as of `req.session.reload()`.
   */
  fresh(): SessionMiddleware {
    return freshMiddleware(this.#binding)
  }

  /** Closes the client if the store made it. Every method answers with an error from now on. */
  async close(): Promise<void> {
    this.#outage.close()
    await this.sessions.close()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  async #regenerate(req: StoreRequest): Promise<void> {
    const { handle, isStored } = this.#binding.traceOf(req.session)
    try {
      const { outcome } = await this.#binding.destroy(req.sessionID)
      this.generate(req)
      if (handle === undefined) return
      const isEnded = isStored && outcome === 'absent'
      const predecessor = isEnded ? handle.ended() : handle
      this.#binding.trace(req.session, { handle: predecessor, isStored: false })
    } catch (failure) {
      const empty = { cookie: { originalMaxAge: null } } as SessionData
      const standIn = this.#standIn(req, empty)
      this.#binding.trace(standIn, { isStored: false, failure })
      throw failure
    }
  }

  /** An empty session under an id of its own, which is never stored. */
  #replaceFailed(req: StoreRequest, failure: unknown): void {
    this.generate(req)
    this.#binding.trace(req.session, { isStored: false, failure })
  }

  /** A session under the id that the request has, whose cookie is as the application wants it. */
  #standIn(req: StoreRequest, data: SessionData): Session & SessionData {
    const id = req.sessionID
    this.generate(req)
    const { cookie } = req.session
    req.sessionID = id
    const session = createSession(req, data)
    session.cookie = cookie
    return session
  }

  /** The cookie that a session was loaded with guards it no less than a new one would. */
  #keepStrict(req: StoreRequest, cookie: SessionData['cookie']): void {
    const { secure, httpOnly, domain, sameSite } = cookie
    if (secure === true && httpOnly === true && domain === undefined && sameSite === 'strict')
      return
    const configured = this.#configuredCookie(req) as ConfiguredCookie
    keepStrict(cookie as Parameters<typeof keepStrict>[0], configured)
  }

  async #isAnswering(): Promise<boolean> {
    try {
      const found = await this.sessions.get(randomBytes(24).toString('base64url'))
      return found === undefined
    } catch {
      return false
    }
  }
}

/** As `Store` does it, of the class that the response of its request waits for. */
function createSession(req: StoreRequest, data: SessionData): Session & SessionData {
  const { expires, originalMaxAge } = data.cookie
  const cookie = new Cookie(data.cookie as CookieOptions)
  if (typeof expires === 'string') cookie.expires = new Date(expires)
  cookie.originalMaxAge = originalMaxAge
  data.cookie = cookie
  const session = new RequestSession(req, data) as RequestSession & SessionData
  req.session = session
  return session
}

function answerDone(work: unknown, callback: Done): void {
  answerCallback(work, callback && ((error) => callback(error)))
}
