const firstDelay = 50
const longestDelay = 500

/**
 * How long to wait before attempt `attempt` (from 0) to reach a Sentinel again, in ms: it doubles
 * from 50 to 500, and between half and all of it is used, so that clients do not redial in step. No longer,
 * since a Sentinel may lead a planned failover half a second after its start, and who has no link to it
 * learns of that when it is over.
 */
export function backoffDelay(attempt: number, random: number): number {
  const delay = Math.min(longestDelay, firstDelay * 2 ** Math.min(attempt, 16))
  return delay * (0.5 + random / 2)
}

/** When to ask next, in ms: between three quarters of the interval and all of it. */
export function pollDelay(interval: number, random: number): number {
  return interval * (0.75 + random / 4)
}
