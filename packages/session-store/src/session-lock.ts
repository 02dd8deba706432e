import { randomBytes } from 'node:crypto'

export interface LockOptions {
  /** How long (ms) the lock is held if it is not released. Default 10000. */
  readonly life?: number
  /** How long (ms) to wait for it to become free. Default 5000. */
  readonly wait?: number
}

/**
 * A session's lock. It keeps others out who lock too, and its token guards the write: a save with a
 * lock that was lost in the meantime is refused.
 */
export interface SessionLock extends AsyncDisposable {
  readonly token: string
  /** Gives it back. Does nothing if it was lost. */
  release(): Promise<void>
}

export function createLockToken(): string {
  return randomBytes(16).toString('base64url')
}
