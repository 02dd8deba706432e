import { knownEpoch, type Placement } from './placement.js'
import type { PlacementRecord, PlacementRecordReading } from './placement-record.js'

/** What a master's answer means for a client's placement. */
export type PlacementReading =
  | { readonly state: 'same'; readonly record: PlacementRecord }
  | { readonly state: 'absent' }
  /** The same placement, but of another shard: two names of one node, or a copied record. */
  | { readonly state: 'claimed'; readonly by: string; readonly record: PlacementRecord }
  /** `why` goes on from the name of the master. */
  | {
      readonly state: 'differs'
      readonly why: string
      readonly record?: PlacementRecord | undefined
    }
  | { readonly state: 'unverified'; readonly why: string }
  /** It was reached and does not tell just now, or was not reached. */
  | { readonly state: 'unknown' }

/**
 * Compares a record with a client's placement, as a client does before it serves.
 *
 * @param own see {@link placementOf}
 * @param shard whose master has the record
 */
export function comparePlacement(
  own: Placement,
  shard: string,
  reading: PlacementRecordReading,
): PlacementReading {
  switch (reading.found) {
    case 'nothing':
      return { state: 'absent' }
    case 'no answer':
      return { state: 'unknown' }
    case 'refusal':
      return { state: 'unverified', why: reading.why }
    case 'unreadable':
      return { state: 'differs', why: reading.why }
    case 'record':
      return compareRecord(own, shard, reading.record)
  }
}

function compareRecord(own: Placement, shard: string, record: PlacementRecord): PlacementReading {
  if (record.epoch > knownEpoch) {
    const why = `has epoch ${record.epoch}, but this version of disredis knows epoch ${knownEpoch}: slots were moved`
    return { state: 'differs', why, record }
  }
  if (record.algorithm !== own.algorithm) {
    return { state: 'differs', why: `places keys by ${record.algorithm}`, record }
  }
  // Of one shard each, whatever its name: it has every key.
  if (isOfOne(own) && isOfOne(record)) return { state: 'same', record }
  if (record.fingerprint !== own.fingerprint) {
    return { state: 'differs', why: `says ${shardsOf(record)}`, record }
  }
  return record.shard === shard
    ? { state: 'same', record }
    : { state: 'claimed', by: record.shard, record }
}

function isOfOne({ weights }: Placement): boolean {
  return Object.keys(weights).length === 1
}

/** The shards of a placement with their weights, as a sentence names them. */
export function shardsOf({ weights }: Pick<Placement, 'weights'>): string {
  const names = Object.keys(weights)
  const isEven = names.every((name) => weights[name] === weights[names[0]!])
  return names
    .map((name) => (isEven ? `'${name}'` : `'${name}' (weight ${weights[name]})`))
    .join(', ')
}
