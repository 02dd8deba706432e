import { setTimeout as sleep } from 'node:timers/promises'

/**
 * Waits for a condition.
 *
 * @param whatIsMissing undefined when it holds
 * @throws Error at the limit, with what is missing
 */
export async function until(
  whatIsMissing: () => string | undefined | Promise<string | undefined>,
  limit: number,
): Promise<void> {
  const giveUpAt = performance.now() + limit
  for (;;) {
    const missing = await whatIsMissing()
    if (missing === undefined) return
    if (performance.now() > giveUpAt) throw new Error(`Not so after ${limit / 1000} s: ${missing}`)
    await sleep(5)
  }
}
