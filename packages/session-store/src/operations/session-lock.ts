import { randomBytes } from 'node:crypto'
import { SessionLockError } from '../errors.js'
import { whole } from '../options/option-checks.js'
import type { ScriptExecutor } from '../storage/script-executor.js'
import { lockScript, unlockScript } from '../storage/scripts/lock-script.js'
import type { SessionKey } from '../storage/session-keys.js'
import type { SessionStorage } from '../storage/session-storage.js'
import type { Deadlines } from './deadline.js'

export interface LockOptions {
  /** How long (ms) the lock is held if it is not released. Default 10000. */
  readonly life?: number
  /** How long (ms) to wait for it to become free. Default 5000. */
  readonly wait?: number
}

/**
 * A session's lock: among those who lock, one holds it. A save that is given the lock is refused if
 * it was lost by then, so a holder that was too slow overwrites nothing.
 */
export interface SessionLock extends AsyncDisposable {
  readonly token: string
  /** Gives it back. Does nothing if it was lost. */
  release(): Promise<void>
}

const FIRST_PAUSE = 5
const LONGEST_PAUSE = 100

export interface LockContext {
  readonly scripts: ScriptExecutor
  /** Knows whether a session is in connect-redis's layout. */
  readonly storage: Pick<SessionStorage, 'isInOldLayout'>
  /** For each question. */
  readonly deadlines: Deadlines
}

/** @throws SessionLockError if there is no such session, or the lock was not free in time. */
export async function lockSession(
  { scripts, storage, deadlines }: LockContext,
  key: SessionKey,
  options: LockOptions,
): Promise<SessionLock> {
  const life = whole('life', options.life ?? 10_000, 1, 86_400_000)
  const wait = whole('wait', options.wait ?? 5_000, 0, 86_400_000)
  const token = randomBytes(16).toString('base64url')
  const within = <T>(work: () => Promise<T>) => deadlines.run((deadline) => deadline.attempt(work))

  let isInOldLayout = false
  const end = performance.now() + wait
  for (let pause = FIRST_PAUSE; ; pause = Math.min(pause * 2, LONGEST_PAUSE)) {
    const args = [token, life, isInOldLayout ? '1' : '']
    const answer = await within(() => scripts.run(lockScript, key.name, args))
    if (answer === 'locked') break
    if (answer === 'gone') {
      const isNews = !isInOldLayout && (await within(() => storage.isInOldLayout(key)))
      if (!isNews) throw new SessionLockError('There is no session to lock')
      isInOldLayout = true
      continue
    }
    if (performance.now() + pause >= end) {
      const message = `The session was locked by someone else for ${wait} ms`
      throw new SessionLockError(message, { retryable: true })
    }
    await new Promise((resolve) => setTimeout(resolve, pause * (0.5 + Math.random() / 2)))
  }
  const release = async () => {
    await within(() => scripts.run(unlockScript, key.name, [token]))
  }
  return Object.freeze({ token, release, [Symbol.asyncDispose]: release })
}
