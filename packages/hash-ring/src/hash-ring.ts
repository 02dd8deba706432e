import { assignSlots } from './assign-slots.js'
import { HashRingError } from './hash-ring-error.js'
import { type Key, keySlot, SLOT_COUNT } from './key-slot.js'
import { readShards, type Shards } from './shard-weights.js'

export interface HashRingOptions {
  /**
   * The placement function, frozen under its name. Default `'disredis-slots-v1'`, the only one: name it
   * and a version that does not have it refuses to start instead of looking for keys elsewhere.
   */
  readonly algorithm?: 'disredis-slots-v1'
}

/** Slots `first` to `last`, both included: as `CLUSTER ADDSLOTSRANGE` takes them. */
export type SlotRange = readonly [first: number, last: number]

/** Which shard a key belongs to. Immutable: another set of shards is another ring. */
export interface HashRing {
  readonly algorithm: 'disredis-slots-v1'
  /** The shard names in the order of their UTF-8 bytes. Frozen. */
  readonly names: readonly string[]
  /** The slot of a key, 0 to 16383; see {@link keySlot}. */
  slotOf(key: Key): number
  /** The name of the shard that holds the key. */
  locate(key: Key): string
  /** The index in {@link names} of the shard that holds the key: for a caller's own array of shards. */
  indexOf(key: Key): number
  /** The index in {@link names} of the shard that holds the slot. */
  indexOfSlot(slot: number): number
  /** The slots of a shard, ascending; empty when its weight is too small for one. A new array each time. */
  slots(name: string): number[]
  /** The same slots as the fewest ranges, ascending. A new array each time. */
  ranges(name: string): SlotRange[]
}

/**
 * Spreads the 16384 slots over the shards by their names and weights alone; the order does not matter.
 * Adding or removing a shard, or changing its weight, moves only slots from or to that shard.
 * @param shards Names of equal weight, or `{ name: weight }`: a shard of weight 2 gets twice the slots of
 * one of weight 1.
 * @throws {HashRingError} `DISREDIS_INVALID_RING`: no shards, a name that is empty, not Unicode or there
 * twice, or a weight that is not a positive finite number.
 */
export function createRing(shards: Shards, options: HashRingOptions = {}): HashRing {
  const algorithm = options.algorithm ?? ALGORITHM
  if (algorithm !== ALGORITHM) {
    throw new HashRingError(
      'DISREDIS_INVALID_RING',
      `Option algorithm takes '${ALGORITHM}', but got ${JSON.stringify(algorithm)}.`,
    )
  }
  return new SlotRing(shards)
}

const ALGORITHM = 'disredis-slots-v1'

class SlotRing implements HashRing {
  readonly algorithm = ALGORITHM
  readonly names: readonly string[]
  readonly #owners: Uint16Array

  constructor(shards: Shards) {
    const weighted = readShards(shards)
    this.names = Object.freeze(weighted.map(({ name }) => name))
    this.#owners = assignSlots(weighted)
    Object.freeze(this)
  }

  slotOf(key: Key): number {
    return keySlot(key)
  }

  locate(key: Key): string {
    return this.names[this.#owners[keySlot(key)]!]!
  }

  indexOf(key: Key): number {
    return this.#owners[keySlot(key)]!
  }

  indexOfSlot(slot: number): number {
    const index = this.#owners[slot]
    if (index !== undefined) return index
    throw new HashRingError(
      'DISREDIS_INVALID_SLOT',
      `A slot must be an integer from 0 to ${SLOT_COUNT - 1}, but got ${String(slot)}.`,
    )
  }

  slots(name: string): number[] {
    const index = this.#indexOfName(name)
    const slots: number[] = []
    for (let slot = 0; slot < SLOT_COUNT; slot++) {
      if (this.#owners[slot] === index) slots.push(slot)
    }
    return slots
  }

  ranges(name: string): SlotRange[] {
    const slots = this.slots(name)
    const firsts = slots.filter((slot, i) => slot !== slots[i - 1]! + 1)
    const lasts = slots.filter((slot, i) => slot !== slots[i + 1]! - 1)
    return firsts.map((first, i) => [first, lasts[i]!])
  }

  #indexOfName(name: string): number {
    const index = this.names.indexOf(name)
    if (index !== -1) return index
    throw new HashRingError(
      'DISREDIS_UNKNOWN_SHARD',
      `The ring has no shard ${JSON.stringify(name)}; its shards are ${this.names.join(', ')}.`,
    )
  }
}
