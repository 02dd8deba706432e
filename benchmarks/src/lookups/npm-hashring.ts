import HashRing from 'hashring'
import type { Locate } from './lookup.js'

/** npm's hashring with its defaults (a cache of 5000 keys included). */
export function createLocate(shardNames: readonly string[]): Locate {
  const ring = new HashRing([...shardNames])
  return (key) => ring.get(key)
}
