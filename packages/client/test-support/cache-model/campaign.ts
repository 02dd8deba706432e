import { ModelError, runInterleaving, type Seen } from './interleaving.js'
import { seededRandom } from './seeded-random.js'

/** Of each interleaving. */
const steps = 60

/**
 * Runs the interleavings of the seeds `first`, `first + 1`, ...
 *
 * @throws ModelError that names the seed
 */
export function runCampaign(
  first: number,
  count: number,
  onProgress?: (done: number) => void,
): Seen {
  const seen: Seen = { hits: 0, fills: 0, joined: 0, dropped: 0 }
  for (let i = 0; i < count; i++) {
    const seed = first + i
    try {
      runInterleaving(seededRandom(seed), steps, seen)
    } catch (error) {
      throw new ModelError(`Seed ${seed}: ${(error as Error).message}`, { cause: error })
    }
    if (i % 100_000 === 99_999) onProgress?.(i + 1)
  }
  return seen
}
