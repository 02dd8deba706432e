import { hashByHand } from '../contenders/hash-by-hand.js'
import type { Locate } from './lookup.js'

/** A string hash modulo the number of shards: adding a shard moves nearly every key. */
export function createLocate(shardNames: readonly string[]): Locate {
  return (key) => hashByHand(key) % shardNames.length
}
