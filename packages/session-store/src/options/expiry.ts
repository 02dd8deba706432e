/** 400 days in ms: browsers keep no cookie longer (RFC 6265bis). */
export const LONGEST_LIFE = 400 * 86_400_000
/** One day in ms: the life of a session whose cookie has no maxAge, as with connect-redis. */
export const DEFAULT_IDLE_TIMEOUT = 86_400_000

export interface ExpiryOptions {
  readonly idleTimeout: number | undefined
  readonly touchAfter: number
}

/** How long (ms) a session lives without being used; 0 or less: its cookie has expired. */
export function idleTime(cookieRemaining: number | undefined, options: ExpiryOptions): number {
  const idle =
    options.idleTimeout ?? (cookieRemaining === undefined ? DEFAULT_IDLE_TIMEOUT : LONGEST_LIFE)
  return Math.min(idle, cookieRemaining ?? idle, LONGEST_LIFE)
}

/**
 * Whether the last use should be written. Redis and this process may disagree about the time: then it
 * is written too often, never too rarely.
 */
export function isTouchDue(
  touchedAt: number,
  now: number,
  idle: number,
  options: ExpiryOptions,
): boolean {
  return Math.abs(now - touchedAt) >= Math.min(options.touchAfter, idle / 2)
}
