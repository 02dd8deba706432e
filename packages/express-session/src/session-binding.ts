import {
  type DestroyResult,
  type SaveResult,
  type SessionHandle,
  type SessionLock,
  type SessionStore,
  SessionUnavailableError,
} from '@disredis/session-store'
import type { SessionData } from 'express-session'
import type { GivenSession, StoredSession } from './store-options.js'

/** What is known of one session object of a request. */
export interface Trace {
  /** What the session was loaded or last saved as; of a regenerated one, its predecessor. */
  readonly handle?: SessionHandle | undefined
  /** The handle is this session's own: it was stored under this id. */
  readonly isStored: boolean
  readonly lock?: SessionLock | undefined
  /** It was saved, or could not be, for the response that is now ended: a touch has nothing to add. */
  readonly isFresh?: boolean
  /** The session stands in for one that could not be regenerated, because of this error. */
  readonly failure?: unknown
}

const NOTHING: Trace = Object.freeze({ isStored: false })
const SKIPPED: SaveResult = Object.freeze({ outcome: 'skipped', handle: undefined })

/**
 * Binds express-session's session objects to the store: keeps beside each of them what it was loaded
 * as, so that the store can tell what a request changed.
 */
export class SessionBinding {
  readonly #sessions: SessionStore<StoredSession>
  readonly #onUnavailable: () => void
  readonly #traces = new WeakMap<object, Trace>()
  /** Writes that are under way. */
  readonly #writes = new WeakMap<object, Promise<unknown>>()

  /** @param onUnavailable is told of every operation that Redis did not answer */
  constructor(sessions: SessionStore<StoredSession>, onUnavailable: () => void) {
    this.#sessions = sessions
    this.#onUnavailable = onUnavailable
  }

  traceOf(session: object | null | undefined): Trace {
    return (session && this.#traces.get(session)) ?? NOTHING
  }

  trace(session: object, trace: Trace): void {
    this.#traces.set(session, trace)
  }

  async load(sid: string): Promise<SessionData | undefined> {
    const loaded = await this.#asked(this.#sessions.get(sid))
    if (loaded === undefined) return undefined
    const { data, cookie, handle } = loaded
    if (handle.source !== 'store') this.#onUnavailable()
    const session = { ...data, cookie } as SessionData
    this.trace(session, { handle, isStored: true })
    return session
  }

  /** At once if there is nothing to ask Redis for, as for a session that has not changed. */
  save(sid: string, session: GivenSession, isLogin = false): SaveResult | Promise<SaveResult> {
    const { failure, lock, handle: from } = this.traceOf(session)
    if (failure !== undefined) {
      // The application was told before; what it has put into the session all the same is lost.
      const isEmpty = Object.keys(session).every((name) => name === 'cookie')
      return isEmpty ? SKIPPED : Promise.reject(failure)
    }
    const work = this.#sessions.setSoon(sid, session, { from, isLogin, ...(lock && { lock }) })
    return work instanceof Promise ? this.#written(session, work) : work
  }

  /** As {@link save}. */
  touch(sid: string, session: GivenSession): SaveResult | Promise<SaveResult> {
    const { failure, isFresh, handle: from } = this.traceOf(session)
    if (failure !== undefined) return SKIPPED
    if (isFresh) return { outcome: 'unchanged', handle: from }
    const work = this.#sessions.touchSoon(sid, session, { from })
    return work instanceof Promise ? this.#written(session, work) : work
  }

  async destroy(sid: string): Promise<DestroyResult> {
    return this.#asked(this.#sessions.destroy(sid))
  }

  /** Resolves when the writes of a session that are under way have ended, well or not. */
  async settled(session: object | null | undefined): Promise<void> {
    if (session) await this.#writes.get(session)?.catch(() => undefined)
  }

  async #written(session: object, work: Promise<SaveResult>): Promise<SaveResult> {
    this.#writes.set(session, work)
    const result = await this.#asked(work)
    // Without a handle the session has ended: what it was loaded as keeps it from coming back.
    if (result.handle !== undefined) {
      this.trace(session, { ...this.traceOf(session), handle: result.handle, isStored: true })
    }
    return result
  }

  async #asked<T>(work: Promise<T>): Promise<T> {
    try {
      return await work
    } catch (error) {
      if (error instanceof SessionUnavailableError) this.#onUnavailable()
      throw error
    }
  }
}
