import type { SessionHandle, SessionLock } from '@disredis/session-store'

/** What is known of one session object of a request. */
export interface Trace {
  /** What the session was loaded or last saved as; of a regenerated one, its predecessor. */
  readonly handle?: SessionHandle | undefined
  /** The handle is this session's own: it was stored under this id. */
  readonly isStored: boolean
  readonly lock?: SessionLock | undefined
  /** The session stands in for one that could not be regenerated, because of this error. */
  readonly failure?: unknown
  /** The write of it that is under way. */
  readonly write?: Promise<unknown> | undefined
  /** Why the last write failed, if it did. */
  readonly failedWrite?: unknown
}

const NOTHING: Trace = Object.freeze({ isStored: false })

/** Its constructor answers the object that it is given: what a subclass declares becomes part of that. */
class Given {
  constructor(session: object) {
    // biome-ignore lint/correctness/noConstructorReturn: that is what it is for
    return session
  }
}

/**
 * Keeps traces in private fields of the session objects themselves. Nobody can see or copy them, as with
 * a WeakMap; but a WeakMap costs thirty times as much, most of it in garbage collection.
 */
export class TracedSession extends Given {
  #owner: object
  #trace: Trace

  private constructor(session: object, owner: object, trace: Trace) {
    super(session)
    this.#owner = owner
    this.#trace = trace
  }

  /** What `owner` knows of a session. */
  static get(session: object | null | undefined, owner: object): Trace {
    if (!session || !(#trace in session)) return NOTHING
    return session.#owner === owner ? session.#trace : NOTHING
  }

  /** From now on it is this owner's: a session object belongs to one store. */
  static set(session: object, owner: object, trace: Trace): void {
    if (#trace in session) {
      session.#owner = owner
      session.#trace = trace
    } else new TracedSession(session, owner, trace)
  }
}
