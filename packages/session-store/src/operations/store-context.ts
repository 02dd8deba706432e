import type { SessionCounters } from '../counters.js'
import { SessionInvalidError } from '../errors.js'
import type { Settings } from '../options/resolve-options.js'
import { RecentMap } from '../storage/recent-map.js'
import { sha256 } from '../storage/session-id.js'
import type { SessionKeys } from '../storage/session-keys.js'
import type { SessionStorage } from '../storage/session-storage.js'
import type { UserRegistry } from '../storage/user-registry.js'
import type { Deadlines } from './deadline.js'
import type { ServerClock } from './server-clock.js'

/** What the parts of one store share. */
export interface StoreContext<Data extends object> {
  readonly settings: Settings<Data>
  readonly keys: SessionKeys
  readonly storage: SessionStorage
  readonly users: UserRegistry
  readonly counters: SessionCounters
  readonly deadlines: Deadlines
  readonly clock: ServerClock
  /** ref -> hash of the user's id, of sessions that this process saw: a guess, checked on use. */
  readonly userHints: RecentMap<string>
  /**
   * Looks after work whose failure must not fail the operation: it is counted, and `close` waits for
   * it. Never rejects.
   */
  readonly tidy: (work: Promise<unknown>) => Promise<void>
}

const USERS = 10_000
const userHashes = new RecentMap<string>(USERS)

/** A request asks for it twice, and the next one of the user again. */
function hashOfUser(id: string): string {
  const known = userHashes.get(id)
  if (known !== undefined) return known
  const hash = sha256(id)
  userHashes.set(id, hash)
  return hash
}

/**
 * Hash of the id of the user that is logged in; '' = nobody, or users are not tracked.
 *
 * @throws SessionInvalidError if the option `userId` throws.
 */
export function userOf<Data extends object>(settings: Settings<Data>, session: Data): string {
  let id: string | number | null | undefined
  try {
    id = settings.userId?.(session)
  } catch (error) {
    throw new SessionInvalidError('Option userId threw for a session', { cause: error })
  }
  return id === undefined || id === null || id === '' ? '' : hashOfUser(String(id))
}
