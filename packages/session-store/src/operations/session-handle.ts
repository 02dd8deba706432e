import type { EncodedCookie } from '../payload/session-cookie.js'
import type { SessionKey } from '../storage/session-keys.js'
import type { LayoutKind } from '../storage/session-layout.js'

/**
 * - `store`: loaded from or written to Redis.
 * - `stale`: remembered by this process, because Redis could not be asked.
 * - `anonymous`: made up, because Redis could not be asked. It is never written.
 */
export type SessionSource = 'store' | 'stale' | 'anonymous'

/** @internal What the store knows of a session that somebody holds. */
export interface Snapshot {
  readonly layout: LayoutKind
  /** undefined: the holder has not seen what is stored now, a write must compare first. */
  readonly version: string | undefined
  /** The data that the holder began with, as JSON. */
  readonly text: string
  readonly cookie: EncodedCookie
  /** Hash of the user's id; '' = nobody. */
  readonly user: string
  readonly epoch: number
  readonly formerOwners: string
  readonly createdAt: number
  readonly touchedAt: number
}

/**
 * Stands for one session as one request saw it. Keep it beside the framework's session object (a
 * WeakMap does) and give it back when that object is saved, touched or destroyed: it is how the store
 * knows what the request changed. Immutable; every save and touch answers with the next one.
 */
export class SessionHandle {
  /** Names the session without revealing its id. The same as in `UserSession`. */
  readonly ref: string
  readonly source: SessionSource
  /** Whether the session had been ended by someone else, see `ended()`. */
  readonly hasEnded: boolean
  readonly #key: SessionKey
  readonly #snapshot: Snapshot

  /** @internal */
  constructor(key: SessionKey, source: SessionSource, snapshot: Snapshot, hasEnded = false) {
    this.#key = key
    this.ref = key.ref
    this.source = source
    this.#snapshot = snapshot
    this.hasEnded = hasEnded
    Object.freeze(this)
  }

  /** @internal Behind a getter, as the snapshot: whoever prints a handle prints no id. */
  get key(): SessionKey {
    return this.#key
  }

  /** @internal Behind a getter: whoever prints a handle prints no session. */
  get snapshot(): Snapshot {
    return this.#snapshot
  }

  /**
   * For a regenerated session: its predecessor turned out to be ended already (`destroy` said
   * `absent`). A session that continues it for the same user is then not created.
   */
  ended(): SessionHandle {
    return new SessionHandle(this.#key, this.source, this.#snapshot, true)
  }
}
