import { setTimeout as sleep } from 'node:timers/promises'
import { FleetError } from './fleet-error.js'

/** A point in monotonic time, in ms. */
export type Deadline = number

export function deadlineIn(ms: number): Deadline {
  return performance.now() + ms
}

/** Time that is left, in ms; at least 1, so that it can be given to a timer. */
export function timeLeft(deadline: Deadline): number {
  return Math.max(1, deadline - performance.now())
}

const FIRST_PAUSE = 3
const LONGEST_PAUSE = 50

/**
 * Calls `whatIsMissing` until it returns undefined: then the condition holds.
 *
 * @throws FleetError `DISREDIS_FLEET_TIMEOUT` at the deadline, with what is still missing.
 */
export async function waitFor(
  deadline: Deadline,
  whatIsMissing: () => Promise<string | undefined> | string | undefined,
): Promise<void> {
  const start = performance.now()
  let pause = FIRST_PAUSE
  for (;;) {
    const missing = await whatIsMissing()
    if (missing === undefined) return
    if (performance.now() >= deadline) {
      const seconds = ((performance.now() - start) / 1000).toFixed(1)
      throw new FleetError('DISREDIS_FLEET_TIMEOUT', `Still waiting after ${seconds} s: ${missing}`)
    }
    await sleep(Math.min(pause, timeLeft(deadline)))
    pause = Math.min(pause * 1.5, LONGEST_PAUSE)
  }
}
