import keySlot from 'cluster-key-slot'
import type { Locate } from './lookup.js'

/** The slot alone: what a client pays before it looks up the slot's node. */
export function createLocate(): Locate {
  return keySlot
}
