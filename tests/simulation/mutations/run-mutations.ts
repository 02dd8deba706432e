import { join } from 'node:path'
import type { Options } from '../run/options.js'
import { runSeeds } from '../run/run-seeds.js'
import { WorkerPool } from '../run/worker-pool.js'
import { keptSchedules } from '../schedule/kept-schedules.js'
import { makeMutant, removeMutants } from './make-mutant.js'
import type { Mutation } from './mutation.js'
import { mutations } from './mutations.js'

export interface FoundMutation {
  readonly name: string
  readonly what: string
  /** After how many seeds; undefined: not within its limit. */
  readonly seeds: number | undefined
  /** The title of the first kept schedule that finds it. */
  readonly kept: string | undefined
  readonly violation: string | undefined
}

export function isFound({ seeds, kept }: FoundMutation): boolean {
  return seeds !== undefined || kept !== undefined
}

/** Runs every mutation (or those named): the kept schedules, and seeds until one shows that something is wrong. */
export async function runMutations({
  names,
  jobs,
  seeds: most,
}: Options): Promise<FoundMutation[]> {
  const found: FoundMutation[] = []
  for (const mutation of mutations) {
    if (names.length > 0 && !names.includes(mutation.name)) continue
    const limit = Math.min(mutation.within, most ?? mutation.within)
    const result = await runMutation(mutation, jobs, limit)
    console.log(describe(result, limit))
    found.push(result)
  }
  removeMutants()
  return found
}

async function runMutation(
  mutation: Mutation,
  jobs: number,
  limit: number,
): Promise<FoundMutation> {
  const folder = makeMutant(mutation)
  using pool = new WorkerPool(jobs, join(folder, 'simulation/run/worker.js'))
  const kept = await firstKept(pool)
  const tally = await runSeeds(pool, {
    from: 1,
    seeds: limit,
    time: undefined,
    jobs,
    stopsAtFailure: true,
  })
  const [first] = [...tally.failed].sort((a, b) => a.seed - b.seed)
  if (first !== undefined) await mustPassUnbroken(first.seed)
  return {
    name: mutation.name,
    what: mutation.what,
    seeds: first?.seed,
    kept: kept?.title,
    violation: first?.violations[0]?.kind ?? kept?.violation,
  }
}

function describe(result: FoundMutation, limit: number): string {
  const { name, seeds, kept, violation } = result
  if (!isFound(result)) return `× ${name}: found neither in ${limit} seeds nor by a kept schedule`
  const places = [
    seeds === undefined ? `in none of ${limit} seeds` : `in seed ${seeds}`,
    ...(kept === undefined ? [] : [`by the kept schedule "${kept}"`]),
  ]
  return `✓ ${name}: found ${places.join(', ')} (${violation})`
}

/** The product itself passes all of them: `--kept` sees to that. */
async function firstKept(
  pool: WorkerPool,
): Promise<{ readonly title: string; readonly violation: string } | undefined> {
  for (const { title, schedule } of keptSchedules) {
    const answer = await pool.ask({ kind: 'schedule', schedule })
    const failed = answer.kind === 'tally' ? answer.tally.failed[0] : undefined
    if (failed !== undefined) return { title, violation: failed.violations[0]!.kind }
  }
  return undefined
}

/** What the product itself fails says nothing of a mutation. */
async function mustPassUnbroken(seed: number): Promise<void> {
  using pool = new WorkerPool(1)
  const answer = await pool.ask({ kind: 'seeds', from: seed, count: 1 })
  if (answer.kind !== 'tally' || answer.tally.failed.length > 0) {
    throw new Error(`Seed ${seed} fails without any mutation: mend that first`)
  }
}
