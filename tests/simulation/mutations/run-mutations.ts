import { join } from 'node:path'
import type { Options } from '../run/options.js'
import { runSeeds } from '../run/run-seeds.js'
import { WorkerPool } from '../run/worker-pool.js'
import { makeMutant, removeMutants } from './make-mutant.js'
import type { Mutation } from './mutation.js'
import { mutations } from './mutations.js'

export interface FoundMutation {
  readonly name: string
  readonly what: string
  /** After how many seeds; undefined: not within its limit. */
  readonly seeds: number | undefined
  readonly violation: string | undefined
}

/** Runs every mutation (or those named) until a seed shows that something is wrong. */
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
    const { name, seeds, violation } = result
    console.log(
      seeds === undefined
        ? `× ${name}: not found in ${limit} seeds`
        : `✓ ${name}: found in seed ${seeds} (${violation})`,
    )
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
    violation: first?.violations[0]?.kind,
  }
}

/** What the product itself fails says nothing of a mutation. */
async function mustPassUnbroken(seed: number): Promise<void> {
  using pool = new WorkerPool(1)
  const answer = await pool.ask({ kind: 'seeds', from: seed, count: 1 })
  if (answer.kind !== 'tally' || answer.tally.failed.length > 0) {
    throw new Error(`Seed ${seed} fails without any mutation: mend that first`)
  }
}
