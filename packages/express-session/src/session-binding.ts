import {
  type DestroyResult,
  type LoadedSession,
  type SaveOptions,
  type SaveResult,
  type SessionChange,
  type SessionStore,
  SessionUnavailableError,
} from '@disredis/session-store'
import type { SessionData } from 'express-session'
import { type Trace, TracedSession } from './session-trace.js'
import type { GivenSession, StoredSession } from './store-options.js'

const SKIPPED: SaveResult = Object.freeze({ outcome: 'skipped', handle: undefined })

/**
 * Binds express-session's session objects to the store: keeps beside each of them what it was loaded
 * as, so that the store can tell what a request changed.
 */
export class SessionBinding {
  readonly #sessions: SessionStore<StoredSession>
  readonly #onUnavailable: () => void
  #isFresh = false

  /** @param onUnavailable is told of every operation that Redis did not answer */
  constructor(sessions: SessionStore<StoredSession>, onUnavailable: () => void) {
    this.#sessions = sessions
    this.#onUnavailable = onUnavailable
  }

  traceOf(session: object | null | undefined): Trace {
    return TracedSession.get(session, this)
  }

  trace(session: object, trace: Trace): void {
    TracedSession.set(session, this, trace)
  }

  /** What `work` loads, before it returns, is asked of Redis. */
  freshly<T>(work: () => T): T {
    this.#isFresh = true
    try {
      return work()
    } finally {
      this.#isFresh = false
    }
  }

  load(sid: string): Promise<SessionData | undefined> {
    return this.#sessions.get(sid, { fresh: this.#isFresh }).then(
      (loaded) => (loaded === undefined ? undefined : this.#handOut(loaded)),
      (error: unknown) => this.#failed(error),
    )
  }

  /** At once if there is nothing to ask Redis for, as for a session that has not changed. */
  save(
    sid: string,
    session: GivenSession,
    { isLogin, change }: Pick<SaveOptions, 'isLogin' | 'change'> = {},
  ): SaveResult | Promise<SaveResult> {
    const { failure, lock, handle: from } = this.traceOf(session)
    if (failure !== undefined) {
      // The application was told before; what it has put into the session all the same is lost.
      const isEmpty = Object.keys(session).every((name) => name === 'cookie')
      return isEmpty ? SKIPPED : Promise.reject(failure)
    }
    const work = this.#sessions.setSoon(sid, session, { from, isLogin, lock, change })
    return work instanceof Promise ? this.#written(session, work) : work
  }

  /** As {@link save}. */
  touch(
    sid: string,
    session: GivenSession,
    change?: SessionChange,
  ): SaveResult | Promise<SaveResult> {
    const { failure, handle: from } = this.traceOf(session)
    if (failure !== undefined) return SKIPPED
    const work = this.#sessions.touchSoon(sid, session, { from, change })
    return work instanceof Promise ? this.#written(session, work) : work
  }

  destroy(sid: string): Promise<DestroyResult> {
    return this.#sessions.destroy(sid).catch((error: unknown) => this.#failed(error))
  }

  /** Resolves when the write of a session that is under way has ended, well or not. */
  async settled(session: object | null | undefined): Promise<void> {
    await this.traceOf(session).write?.catch(() => undefined)
  }

  #handOut({ data, cookie, handle }: LoadedSession<StoredSession>): SessionData {
    if (handle.source !== 'store') this.#onUnavailable()
    // Its own copy: to copy it once more, as parsed from JSON, would take longer than to parse it.
    const session = data as SessionData
    session.cookie = cookie as SessionData['cookie']
    this.trace(session, { handle, isStored: true })
    return session
  }

  #written(session: object, write: Promise<SaveResult>): Promise<SaveResult> {
    this.trace(session, { ...this.traceOf(session), write })
    return write.then(
      (result) => {
        const { handle } = result
        const { failedWrite, ...trace } = this.#ended(session, write)
        // Without a handle the session has ended: what it was loaded as keeps it from coming back.
        this.trace(session, handle === undefined ? trace : { ...trace, handle, isStored: true })
        return result
      },
      (error: unknown) => {
        this.trace(session, { ...this.#ended(session, write), failedWrite: error })
        return this.#failed(error)
      },
    )
  }

  /** Another write may be under way by now. */
  #ended(session: object, write: Promise<SaveResult>): Trace {
    const trace = this.traceOf(session)
    return trace.write === write ? { ...trace, write: undefined } : trace
  }

  #failed(error: unknown): never {
    if (error instanceof SessionUnavailableError) this.#onUnavailable()
    throw error
  }
}
