import type { CacheCounts } from './cache-part.js'
import type { NearCache, NearCacheOptions } from './near-cache.js'
import type { TrackingLink, TrackingState } from './tracking-link.js'
import type { TrackingTable } from './tracking-table.js'

/** One shard's part of a near cache at one moment. Counts are since the client was opened. */
export interface ShardCacheHealth extends Readonly<CacheCounts> {
  readonly shard: string
  /**
   * `tracking`: the master tells changes. `refused`: it does not, for `reason`; reads go to it. `dialling` and
   * `idle`: there is no connection for it at the moment.
   */
  readonly state: TrackingState
  /** What is read is kept. False in any other state than `tracking`, and in a failover or a silence. */
  readonly isOpen: boolean
  /** Why not, in the words of the server or the system. */
  readonly reason: string | undefined
  /** Keys. */
  readonly entries: number
  /** Of memory. */
  readonly bytes: number
  /** ms since the master has proven that all is true that is kept; undefined if it has not yet. */
  readonly age: number | undefined
  /** The master's table of keys that its clients were told of; undefined if the user may not look. */
  readonly table: TrackingTable | undefined
}

/** A near cache at one moment. */
export interface CacheHealth {
  readonly maxBytes: number
  readonly maxStaleness: number
  readonly bytes: number
  readonly shards: readonly ShardCacheHealth[]
}

export function healthOf(
  kept: Pick<NearCache, 'bytes'>,
  links: readonly TrackingLink[],
  { maxBytes, maxStaleness }: NearCacheOptions,
  now: number,
): CacheHealth {
  const shards = links.map(({ shard, state, reason, part, table }) => ({
    ...part.counts,
    shard,
    state,
    isOpen: part.isOpen,
    reason: reason?.message,
    entries: part.size,
    bytes: part.bytes,
    age: Number.isFinite(part.provenAt) ? now - part.provenAt : undefined,
    table,
  }))
  return { maxBytes, maxStaleness, bytes: kept.bytes, shards }
}
