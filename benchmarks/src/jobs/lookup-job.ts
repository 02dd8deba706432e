import type { Locate } from '../lookups/lookup.js'
import { lookupById } from '../lookups/registry.js'
import { Draws } from '../workloads/draws.js'
import type { Job, JobSpec } from './job.js'

/** More keys than any cache in the contenders holds. */
const keyCount = 16_384

/** Looks up keys of 20 characters, none of them seen twice within one pass. */
export async function createLookupJob(spec: Extract<JobSpec, { kind: 'lookup' }>): Promise<Job> {
  const createLocate = await lookupById(spec.lookup).load()
  const locate = createLocate(Array.from({ length: spec.shards }, (_, i) => `shard-${i + 1}`))
  const keys = twentyCharacterKeys()
  const expected = keys.map((key) => locate(key))
  return {
    round: async (duration) => ({
      lookupNanoseconds: timeLookups(locate, keys, expected, duration),
    }),
    close: async () => {},
  }
}

function timeLookups(
  locate: Locate,
  keys: readonly string[],
  expected: readonly (string | number)[],
  duration: number,
): number {
  const startedAt = performance.now()
  let elapsed = 0
  let passes = 0
  do {
    for (let i = 0; i < keys.length; i++) {
      if (locate(keys[i]!) !== expected[i]) throw new Error(`${keys[i]} changed its place`)
    }
    passes++
    elapsed = performance.now() - startedAt
  } while (elapsed < duration)
  return (elapsed * 1e6) / (passes * keys.length)
}

function twentyCharacterKeys(): string[] {
  const draws = new Draws(1)
  return Array.from({ length: keyCount }, (_, i) => {
    const noise = draws.below(0x1000000).toString(36).padStart(5, '0').slice(-5)
    return Buffer.from(`user:${noise}:${String(i).padStart(9, '0')}`).toString('latin1')
  })
}
