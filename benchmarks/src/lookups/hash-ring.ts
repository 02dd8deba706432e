import { createRing } from '@disredis/hash-ring'
import keySlot from 'cluster-key-slot'
import type { Locate } from './lookup.js'

/**
 * disredis's ring.
 * @returns a function that finds the shard's name
 */
export function createLocate(shardNames: readonly string[]): Locate {
  const ring = createRing([...shardNames])
  for (let i = 0; i < 1000; i++) {
    const key = `lookup:check:{${i}}`
    if (ring.slotOf(key) !== keySlot(key)) throw new Error(`The slot of ${key} is wrong`)
  }
  return (key) => ring.locate(key)
}
