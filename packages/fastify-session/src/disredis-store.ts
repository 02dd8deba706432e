import {
  type DestroyResult,
  type SaveResult,
  type SessionConnection,
  type SessionCounters,
  type SessionEntry,
  SessionInvalidError,
  type SessionPolicy,
  SessionStore,
  SessionUnavailableError,
} from '@disredis/session-store'
import {
  answerCallback,
  type ConfiguredCookie,
  CookieWarning,
  keepStrict,
  refuseUnknownOptions,
  UserField,
  type UserOption,
} from '@disredis/session-store/adapter'
import type { SessionStore as FastifyStore } from '@fastify/session'
import type { FastifyRequest, Session } from 'fastify'
import { asLogin, originOf, type SessionOrigin, withOrigin } from './session-origin.js'

/**
 * What an application keeps in sessions: the `Session` of Fastify with what you add to it by
 * declaration merging, without the cookie. Any field may be missing.
 */
export type StoredSession = Partial<Omit<Session, 'cookie'>>

export interface FastifyPolicy extends Omit<SessionPolicy<StoredSession>, 'userId'> {
  /**
   * Who is logged in: the name of a session's field, or a function of the session's data. Default: the
   * field `userId`.
   */
  readonly userId?: UserOption<StoredSession>
}

/**
 * Where Redis is (`sentinels` with any option of a Disredis client, or an existing `client`), and how
 * sessions are kept. All times are whole numbers of ms.
 */
export type DisredisStoreOptions = SessionConnection & FastifyPolicy

/** What other stores call what is here. */
const HINTS: Readonly<Record<string, string>> = {
  ttl: 'idleTimeout sets in ms how long an unused session lives',
  host: 'give the addresses of your Sentinels as `sentinels`, or an ioredis as `client`',
  port: 'give the addresses of your Sentinels as `sentinels`, or an ioredis as `client`',
}

/**
 * A store for @fastify/session. `get`, `set` and `destroy` are what it calls; `sessions` has all that
 * the store can do, with promises. Errors are `SessionStoreError`s with a stable `code`; none of them
 * means that there is no session.
 */
export class DisredisStore implements FastifyStore {
  /** The store behind it: iteration over all sessions, locks, counters. */
  readonly sessions: SessionStore<StoredSession>
  readonly #users: UserField<StoredSession>
  readonly #cookieWarning = new CookieWarning(
    'Serve it over HTTPS; behind a proxy that terminates TLS, create Fastify with trustProxy. Leave the options cookie.secure and cookie.httpOnly at their defaults, or set them to true.',
  )
  #configured: ConfiguredCookie | undefined
  #isFresh = false
  /** The session that turned out to be ended already when it was destroyed, while its callback runs. */
  #endedId: string | undefined

  /** @throws SessionOptionError, and what a Disredis client throws for its options. */
  constructor(options: DisredisStoreOptions) {
    refuseUnknownOptions(options, HINTS)
    this.#users = new UserField(options.userId)
    this.sessions = new SessionStore<StoredSession>({ ...options, userId: this.#users.userId })
  }

  /** A snapshot of what was counted so far. */
  get counters(): Readonly<SessionCounters> {
    return this.sessions.counters
  }

  /** @internal What the plugin was given for the cookie. */
  static configure(store: DisredisStore, cookie: ConfiguredCookie): void {
    store.#configured = cookie
  }

  get(sessionId: string, callback: (error: unknown, session?: Session | null) => void): void {
    answerCallback(this.#load(sessionId).catch(forPeople), callback)
  }

  set(sessionId: string, session: Session, callback?: (error: unknown) => void): void {
    const work = this.#save(sessionId, session)
    const saved = work instanceof Promise ? work.catch(forPeople) : work
    answerCallback(saved, callback && ((error) => callback(error)))
  }

  destroy(sessionId: string, callback?: (error: unknown) => void): void {
    answerCallback(this.sessions.destroy(sessionId).catch(forPeople), (error, result) => {
      // `regenerate` saves the new session from within this callback.
      this.#endedId = result?.outcome === 'absent' ? sessionId : undefined
      try {
        callback?.(error)
      } finally {
        this.#endedId = undefined
      }
    })
  }

  /**
   * Logs a user in, who has proved who they are: the request gets a new session with a new id, in
   * which nothing of the old one is left. Saved when this resolves.
   *
   * @param fields what the new session begins with besides
   * @throws SessionOptionError if the option `userId` is a function that does not find the user in
   * `fields`.
   */
  async login(
    request: FastifyRequest,
    userId: string | number,
    fields: StoredSession = {},
  ): Promise<void> {
    const begin = this.#users.fieldsAtLogin(userId, fields)
    const { session } = request
    if (typeof session?.regenerate !== 'function') {
      throw new SessionInvalidError(
        'There is no session to log in to: it was destroyed, or its cookie has another path',
      )
    }
    try {
      await asLogin(session, begin).regenerate(Object.keys(begin))
    } catch (error) {
      request.session = session
      throw error
    }
  }

  /** Ends every session of a user, whatever their number: no later request gets in with one. */
  async logoutEverywhere(userId: string | number): Promise<void> {
    await this.sessions.revokeUser(userId)
  }

  /** The user's sessions, the oldest login first. */
  async listSessions(userId: string | number): Promise<SessionEntry<StoredSession>[]> {
    return this.sessions.listUserSessions(userId)
  }

  /** Ends one of the user's sessions, by its `ref` in the list. */
  async endSession(userId: string | number, ref: string): Promise<DestroyResult> {
    return this.sessions.endUserSession(userId, ref)
  }

  /** Which one of `listSessions` the request has; undefined if its session is not stored. */
  refOf(request: FastifyRequest): string | undefined {
    const { session } = request
    if (typeof session?.sessionId !== 'string') return undefined
    const { id, handle } = originOf(session)
    return id === session.sessionId ? handle?.ref : undefined
  }

  /**
   * A hook for routes that must not rest on the near cache (option `nearCache`): it loads the session again,
   * from Redis. `app.post('/password', { preHandler: app.sessionStore.fresh() }, handler)`. A session that has
   * ended meanwhile is an error of the request, as of `request.session.reload()`.
   */
  fresh(): (request: FastifyRequest) => Promise<void> {
    return async (request) => {
      if (this.refOf(request) !== undefined) await this.reload(request)
    }
  }

  /** @internal Loads the request's session again, from Redis. */
  reload({ session }: FastifyRequest): Promise<void> {
    this.#isFresh = true
    try {
      // It asks before it returns.
      return session.reload()
    } finally {
      this.#isFresh = false
    }
  }

  /** Refuses everything from now on; closes the client if the store made it. */
  async close(): Promise<void> {
    await this.sessions.close()
  }

  async #load(id: string): Promise<Session | null> {
    const loaded = await this.sessions.get(id, { fresh: this.#isFresh })
    if (loaded === undefined) return null
    const { data, cookie, handle } = loaded
    if (this.#configured !== undefined) keepStrict(cookie, this.#configured)
    // Its own copy: to copy it once more, as parsed from JSON, would take longer than to parse it.
    const session = data as Session
    session.cookie = withOrigin(cookie, { id, handle }) as Session['cookie']
    return session
  }

  /** At once if there is nothing to ask Redis for, as for a session that has not changed. */
  #save(id: string, session: Session): SaveResult | Promise<SaveResult> {
    this.#cookieWarning.check(session.cookie)
    let origin: SessionOrigin
    try {
      origin = originOf(session)
    } catch (error) {
      return Promise.reject(error)
    }
    const from = this.#predecessorOf(origin)
    const work = this.sessions.setSoon(id, session, {
      from,
      isLogin: origin.isLogin,
      lock: origin.lock?.id === id ? origin.lock.held : undefined,
    })
    return work instanceof Promise ? this.#saved(id, origin, work) : work
  }

  async #saved(id: string, origin: SessionOrigin, work: Promise<SaveResult>): Promise<SaveResult> {
    const result = await work
    const { handle } = result
    // A session that has ended keeps what it was: without it, the next save would create it anew.
    if (handle !== undefined) Object.assign(origin, { id, handle, isLogin: false })
    return result
  }

  #predecessorOf(origin: SessionOrigin) {
    if (origin.id !== undefined && origin.id === this.#endedId && origin.handle !== undefined) {
      origin.handle = origin.handle.ended()
    }
    return origin.handle
  }
}

/** Fastify sends an error's message to whoever asked: it is for them; what was wrong is its cause. */
function forPeople(error: unknown): never {
  if (!(error instanceof SessionUnavailableError)) throw error
  const { retryable, mayHaveExecuted } = error
  throw new SessionUnavailableError(
    'Your session cannot be reached at the moment; please try again in a few seconds',
    { cause: error, retryable, mayHaveExecuted },
  )
}
