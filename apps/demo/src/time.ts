import { setTimeout as sleep } from 'node:timers/promises'

/** Monotonic, ms. All times of the demo are differences of this. */
export const now = (): number => performance.now()

/** A wait was not met by its deadline; the message says what was missing. */
export class DeadlineError extends Error {
  override readonly name = 'DeadlineError'
}

export interface WaitLimits {
  /** ms */
  readonly timeout: number
  /** ms between two looks. */
  readonly interval: number
  /** Ends the wait with the signal's reason. */
  readonly signal: AbortSignal
}

/**
 * Calls `whatIsMissing` until it returns undefined.
 *
 * @throws DeadlineError with what is still missing.
 */
export async function waitUntil(
  { timeout, interval, signal }: WaitLimits,
  whatIsMissing: () => Promise<string | undefined> | string | undefined,
): Promise<void> {
  const deadline = now() + timeout
  for (;;) {
    signal.throwIfAborted()
    const missing = await whatIsMissing()
    if (missing === undefined) return
    if (now() >= deadline) {
      throw new DeadlineError(`Not so after ${Math.round(timeout / 1000)} s: ${missing}`)
    }
    await sleep(interval, undefined, { signal })
  }
}

/** The promise, or the signal's reason if that comes first. */
export function untilAborted<Result>(
  promise: Promise<Result>,
  signal: AbortSignal,
): Promise<Result> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason)
    if (signal.aborted) abort()
    signal.addEventListener('abort', abort, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })
}

/** @returns whether the promise was fulfilled in time, ms; what becomes of it later is ignored */
export function withinTime(promise: Promise<unknown>, timeout: number): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), timeout)
    promise
      .then(
        () => resolve(true),
        () => resolve(false),
      )
      .finally(() => clearTimeout(timer))
  })
}
