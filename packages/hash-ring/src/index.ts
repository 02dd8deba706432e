export {
  createRing,
  type HashRing,
  type HashRingOptions,
  type SlotRange,
} from './hash-ring.js'
export { HashRingError, type HashRingErrorCode } from './hash-ring-error.js'
export { hashTag, type Key, keySlot, SLOT_COUNT } from './key-slot.js'
export type { Shards } from './shard-weights.js'
