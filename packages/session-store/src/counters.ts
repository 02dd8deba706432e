/** What the store counts since it was made. */
export interface SessionCounters {
  /** Loads that found a session. */
  hits: number
  /** Loads that found none. */
  misses: number
  /** Ids that were refused before a key was built. */
  refusedIds: number
  /** Sessions created, updated, touched, destroyed in Redis. */
  created: number
  updated: number
  touched: number
  destroyed: number
  /** Saves and touches that had nothing to write. */
  unchanged: number
  /** Writes that found a newer version, and those of them that were merged. */
  conflicts: number
  merged: number
  /** Writes refused because the session had ended. */
  gone: number
  /** Loads refused because the user's sessions were revoked. */
  revoked: number
  /** Sessions ended because their user had too many. */
  evicted: number
  /** Values that could not be read and were set aside. */
  quarantined: number
  /** Encrypted values that failed authentication, and were left alone. */
  unauthentic: number
  /** Values of other programs under a session's key. */
  foreign: number
  /** Loads refused by the schema. */
  invalid: number
  /** Keys dropped from sessions because of their names. */
  droppedKeys: number
  /** Loads answered from memory, and with an anonymous session, because Redis was unavailable. */
  stale: number
  anonymous: number
  /** Sessions that an iteration skipped: no key for them, or too large. */
  unreadable: number
  /** Sessions taken over from connect-redis. */
  migrated: number
  /** Entries of users' lists that could not be tidied up; lists are checked when they are read. */
  untidied: number
}

export function createCounters(): SessionCounters {
  return {
    hits: 0,
    misses: 0,
    refusedIds: 0,
    created: 0,
    updated: 0,
    touched: 0,
    destroyed: 0,
    unchanged: 0,
    conflicts: 0,
    merged: 0,
    gone: 0,
    revoked: 0,
    evicted: 0,
    quarantined: 0,
    unauthentic: 0,
    foreign: 0,
    invalid: 0,
    droppedKeys: 0,
    stale: 0,
    anonymous: 0,
    unreadable: 0,
    migrated: 0,
    untidied: 0,
  }
}
