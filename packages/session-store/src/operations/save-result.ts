import type { EncodedSession } from '../payload/session-decoder.js'
import type { SessionHandle } from './session-handle.js'
import type { SessionLock } from './session-lock.js'

export interface SaveOptions {
  /**
   * What the session was loaded as, or last saved as. Without it the session is new. The handle of
   * another session makes this one its continuation (regenerate): revoking that one's login revokes
   * this one too.
   */
  readonly from?: SessionHandle | undefined
  /**
   * The user proved who they are just now, as at a login: the session is good even if the sessions
   * that the user had before are revoked. Default false.
   */
  readonly isLogin?: boolean | undefined
  /** Refuse the write if this lock was lost in the meantime. */
  readonly lock?: SessionLock | undefined
  /** What `compare` said of the session just now: it is not looked at again. */
  readonly change?: SessionChange | undefined
}

export interface TouchOptions {
  /** As in {@link SaveOptions}. Without it whatever is stored is touched. */
  readonly from?: SessionHandle | undefined
  /** As in {@link SaveOptions}. */
  readonly change?: SessionChange | undefined
}

/**
 * - `created`, `updated`, `merged` (with what someone else wrote), `touched`: written.
 * - `unchanged`: nothing to write yet (`touchAfter`).
 * - `gone`: not written, because the session has been destroyed, revoked or has expired.
 * - `expired`: the cookie's time is over; the session was destroyed.
 * - `skipped`: not written, because the session is a stand-in from `onUnavailable: 'anonymous'`.
 */
export type SaveOutcome =
  | 'created'
  | 'updated'
  | 'merged'
  | 'touched'
  | 'unchanged'
  | 'gone'
  | 'expired'
  | 'skipped'

export interface SaveResult {
  readonly outcome: SaveOutcome
  /** To be given with the next save; undefined when there is no such session any more. */
  readonly handle: SessionHandle | undefined
}

/** What a session has that was not in it when it was loaded or last saved. */
export interface SessionChange {
  /** The data as it would be stored. */
  readonly text: string
  /** The cookie metadata as it would be stored. */
  readonly cookieText: string
  readonly hasNewData: boolean
  readonly hasNewCookie: boolean
  /** @internal */
  readonly encoded: EncodedSession
}

export interface DestroyResult {
  /** `absent`: somebody else had ended it, or there never was one. */
  readonly outcome: 'destroyed' | 'absent'
}
