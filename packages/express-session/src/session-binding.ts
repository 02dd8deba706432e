import {
  type DestroyResult,
  type LoadedSession,
  type SaveResult,
  type SessionStore,
  SessionUnavailableError,
} from '@disredis/session-store'
import type { Session, SessionData } from 'express-session'
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

  load(sid: string): Promise<SessionData | undefined> {
    return this.#sessions.get(sid).then(
      (loaded) => (loaded === undefined ? undefined : this.#handOut(loaded)),
      (error: unknown) => this.#failed(error),
    )
  }

  /** At once if there is nothing to ask Redis for, as for a session that has not changed. */
  save(sid: string, session: GivenSession, isLogin = false): SaveResult | Promise<SaveResult> {
    const { failure, isSettled, lock, handle: from } = this.traceOf(session)
    if (isSettled) return { outcome: 'unchanged', handle: from }
    if (failure !== undefined) {
      // The application was told before; what it has put into the session all the same is lost.
      const isEmpty = Object.keys(session).every((name) => name === 'cookie')
      return isEmpty ? SKIPPED : Promise.reject(failure)
    }
    const work = this.#sessions.setSoon(sid, session, { from, isLogin, lock })
    return work instanceof Promise ? this.#written(session, work) : work
  }

  /** As {@link save}. */
  touch(sid: string, session: GivenSession): SaveResult | Promise<SaveResult> {
    const { failure, isRefused, isSettled, handle: from } = this.traceOf(session)
    if (failure !== undefined) return SKIPPED
    if (isRefused || isSettled) return { outcome: 'unchanged', handle: from }
    const work = this.#sessions.touchSoon(sid, session, { from })
    return work instanceof Promise ? this.#written(session, work) : work
  }

  destroy(sid: string): Promise<DestroyResult> {
    return this.#sessions.destroy(sid).catch((error: unknown) => this.#failed(error))
  }

  /** Runs `work`, in which express-session may save the session or touch it: that has been done. */
  asSettled(session: object, work: () => void): void {
    this.trace(session, { ...this.traceOf(session), isSettled: true })
    try {
      work()
    } finally {
      this.trace(session, { ...this.traceOf(session), isSettled: false })
    }
  }

  /** The save of a session was refused: express-session is to count it as saved, and not try again. */
  refuse(session: Session): void {
    this.asSettled(session, () => session.save())
    this.trace(session, { ...this.traceOf(session), isRefused: true })
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
        // Without a handle the session has ended: what it was loaded as keeps it from coming back.
        if (handle !== undefined)
          this.trace(session, { ...this.traceOf(session), handle, isStored: true })
        return result
      },
      (error: unknown) => this.#failed(error),
    )
  }

  #failed(error: unknown): never {
    if (error instanceof SessionUnavailableError) this.#onUnavailable()
    throw error
  }
}
