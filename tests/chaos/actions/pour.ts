import type { Step } from '../scenario.js'
import { step } from './step.js'

const interval = 5

/**
 * Writes at a steady rate whose outcome is only counted: the books of the oracle would weigh more
 * than the queue that is to be measured.
 */
export function pour(perSecond: number, duration: number, payload: number): Step {
  return step(`${perSecond} writes a second for ${duration} ms`, async (world) => {
    const { client, figures, ledger } = world
    const [lane] = ledger.lanes
    const key = lane!.own.replace('own', 'pour')
    const value = '.'.repeat(payload)
    const count = (name: string) => figures.set(name, (figures.get(name) ?? 0) + 1)
    const onReply = () => count('poured')
    const onError = (error: Error) => count(error.name)
    const start = performance.now()
    let issued = 0
    await new Promise<void>((resolve) => {
      const timer = setInterval(() => {
        const elapsed = performance.now() - start
        for (; issued < (Math.min(elapsed, duration) * perSecond) / 1000; issued++) {
          client.rpush(key, value).then(onReply, onError)
        }
        if (elapsed < duration) return
        clearInterval(timer)
        resolve()
      }, interval)
    })
  })
}
