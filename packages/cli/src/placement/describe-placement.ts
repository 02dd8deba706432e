import {
  comparePlacement,
  type Placement,
  type PlacementReading,
  type PlacementRecordReading,
} from '@disredis/client'
import { formatAddress } from '@disredis/sentinel'
import type { ShardFacts } from '../doctor/facts.js'
import type { NodeReport } from '../snapshot/snapshot.js'

/** What the master of one shard says of one ring. */
export interface MasterPlacement {
  readonly shard: string
  /** Where it is; undefined when no Sentinel tells. */
  readonly master: string | undefined
  readonly reading: PlacementRecordReading
}

/** The same, compared with what clients would expect. */
export interface CheckedPlacement extends MasterPlacement {
  readonly verdict: PlacementReading
}

/** The rings of which any of these masters has a record, sorted. */
export function ringsOf(shards: readonly ShardFacts[]): readonly string[] {
  const rings = shards.flatMap(({ master }) => [...(master?.placements.rings.keys() ?? [])])
  return [...new Set(rings)].sort()
}

/** What a node says of a ring. */
export function placementOn({ placements }: NodeReport, ring: string): PlacementRecordReading {
  return placements.rings.get(ring) ?? placements.others
}

export function describePlacement(
  shards: readonly ShardFacts[],
  ring: string,
): readonly MasterPlacement[] {
  return shards.map(({ name, view, master }) => ({
    shard: name,
    master: view && formatAddress(view.address),
    reading: master === undefined ? { found: 'no answer' } : placementOn(master, ring),
  }))
}

export function comparePlacements(
  shards: readonly ShardFacts[],
  own: Placement,
): readonly CheckedPlacement[] {
  return describePlacement(shards, own.ring).map((one) => ({
    ...one,
    verdict: comparePlacement(own, one.shard, one.reading),
  }))
}

/** Ends a sentence that begins with a master; undefined where it is as it should be. */
export function objection({ verdict }: CheckedPlacement): string | undefined {
  switch (verdict.state) {
    case 'same':
      return undefined
    case 'absent':
      return 'has no record'
    case 'claimed':
      return `says that it is '${verdict.by}'`
    case 'unknown':
      return 'does not answer'
    case 'differs':
    case 'unverified':
      return verdict.why
  }
}
