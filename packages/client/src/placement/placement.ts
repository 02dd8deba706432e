import { createHash } from 'node:crypto'
import { type HashRing, SLOT_COUNT } from '@disredis/hash-ring'

/** The newest epoch that this version understands: slots lie where names and weights put them. */
export const knownEpoch = 1

/** Which master has which keys, as a client computes it. */
export interface Placement {
  /** Several rings may share masters; each has its own record. */
  readonly ring: string
  readonly algorithm: string
  /** By shard name; of a ring that was given as such, the numbers of slots. */
  readonly weights: Readonly<Record<string, number>>
  /** Equal for two clients if, and only if, they look for every key on the same shard. */
  readonly fingerprint: string
  readonly epoch: number
}

/** @param given the option `ring` */
export function placementOf(
  name: string,
  ring: HashRing,
  given: Readonly<Record<string, number>> | HashRing | undefined,
): Placement {
  const weightOf = (shard: string): number => {
    if (given === undefined) return 1
    return given === ring ? ring.slots(shard).length : (given as Record<string, number>)[shard]!
  }
  return Object.freeze({
    ring: name,
    algorithm: ring.algorithm,
    weights: Object.freeze(Object.fromEntries(ring.names.map((it) => [it, weightOf(it)]))),
    fingerprint: fingerprintOf(ring),
    epoch: knownEpoch,
  })
}

/** Over the table itself, so that weights which come to the same table are the same placement. */
function fingerprintOf(ring: HashRing): string {
  const owners = Buffer.alloc(SLOT_COUNT * 2)
  for (let slot = 0; slot < SLOT_COUNT; slot++) {
    owners.writeUInt16BE(ring.indexOfSlot(slot), slot * 2)
  }
  return createHash('sha256')
    .update(`${ring.algorithm}\n${JSON.stringify(ring.names)}\n`)
    .update(owners)
    .digest('hex')
    .slice(0, 32)
}
