import { addTallies, noTally, type Tally } from './worker-messages.js'
import type { WorkerPool } from './worker-pool.js'

export interface SeedsPlan {
  readonly from: number
  /** Undefined: until the time is over. */
  readonly seeds: number | undefined
  /** ms by the real clock; undefined: until all seeds were run. */
  readonly time: number | undefined
  readonly jobs: number
  /** No further seeds once one has failed. */
  readonly stopsAtFailure: boolean
  readonly onProgress?: (tally: Tally, elapsed: number) => void
}

/** Seeds that a worker runs between two words. */
const batch = 5

/** Runs seeds in their order, some at a time. */
export async function runSeeds(pool: WorkerPool, plan: SeedsPlan): Promise<Tally> {
  const { seeds = Number.POSITIVE_INFINITY, time = Number.POSITIVE_INFINITY } = plan
  const start = performance.now()
  let tally = noTally
  let next = 0
  const work = async () => {
    for (;;) {
      const isOver = next >= seeds || performance.now() - start > time
      if (isOver || (plan.stopsAtFailure && tally.failed.length > 0)) return
      const from = plan.from + next
      const count = Math.min(batch, seeds - next)
      next += count
      const answer = await pool.ask({ kind: 'seeds', from, count })
      if (answer.kind !== 'tally') throw new Error('A worker answered with something else')
      tally = addTallies(tally, answer.tally)
      plan.onProgress?.(tally, performance.now() - start)
    }
  }
  await Promise.all(Array.from({ length: plan.jobs }, work))
  return tally
}
