import { SLOT_COUNT } from './key-slot.js'
import { log2, ONE } from './log2.js'
import { murmur3 } from './murmur3.js'
import type { WeightedShard } from './shard-weights.js'

const SEED = 2 ** 18
const HASHES = 2 ** 32

/**
 * `disredis-slots-v1`, exactly as ALGORITHM.md defines it: for each slot the index of its shard, by
 * weighted rendezvous hashing. Frozen: data lies where this function put it.
 * @param shards In the order of their names' UTF-8 bytes, which decides between equals.
 */
export function assignSlots(shards: readonly WeightedShard[]): Uint16Array {
  const owners = new Uint16Array(SLOT_COUNT)
  const scores = new Float64Array(SLOT_COUNT).fill(Infinity)
  const hashes = new Float64Array(SLOT_COUNT).fill(-1)
  for (const [index, { bytes, weight }] of shards.entries()) {
    for (let slot = 0; slot < SLOT_COUNT; slot++) {
      const hash = murmur3(bytes, SEED + slot)
      const best = scores[slot]!
      if (leastDistance(hash) / weight > best) continue
      const score = distance(hash) / weight
      if (score < best || (score === best && hash > hashes[slot]!)) {
        owners[slot] = index
        scores[slot] = score
        hashes[slot] = hash
      }
    }
  }
  return owners
}

/** -log2(u) in fixed point for u = (hash + 1) / 2^32, which lies in (0, 1]. */
function distance(hash: number): number {
  return 32 * ONE - log2(hash + 1)
}

/** A bound that spares most logarithms: -log2(u) >= 1 - u, and `distance` is rounded up. */
function leastDistance(hash: number): number {
  return (1 - (hash + 1) / HASHES) * ONE
}
