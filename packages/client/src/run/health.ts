import type { SentinelTopology, Topology } from '@disredis/sentinel'
import type { CacheHealth } from '../cache/cache-health.js'
import type { PlacementHealth } from '../placement/placement-health.js'
import type { ShardHealth } from '../shard/shard-health.js'
import { cacheWarnings } from './cache-warnings.js'
import { type HealthWarning, healthWarnings } from './health-warnings.js'

/** A client at one moment. */
export interface Health {
  /**
   * `ok`: every shard serves and a majority of the Sentinels is connected. `degraded`: every shard
   * serves, but fewer Sentinels are connected, or a shard holds its writes in a failover. `down`: at least one shard has no master.
   */
  readonly state: 'ok' | 'degraded' | 'down'
  readonly shards: readonly ShardHealth[]
  readonly sentinels: readonly SentinelTopology[]
  /** Why a failover could not happen, although all may be well now. Of no influence on `state`. */
  readonly warnings: readonly HealthWarning[]
  /** Whether every master belongs to this client's placement. It does not change `state`. */
  readonly placement: PlacementHealth
  /** Of the near cache; undefined if the client has none. It does not change `state`. */
  readonly cache: CacheHealth | undefined
}

/** @param commandTimeout ms of the client's commands */
export function summarize(
  shards: readonly ShardHealth[],
  topology: Topology | undefined,
  placement: PlacementHealth,
  commandTimeout: number,
  cache: CacheHealth | undefined,
): Health {
  const sentinels = topology?.sentinels ?? []
  const warnings = [
    ...(topology === undefined ? [] : healthWarnings(topology, commandTimeout)),
    ...(cache === undefined ? [] : cacheWarnings(cache)),
  ]
  const connected = sentinels.filter(({ isConnected }) => isConnected).length
  const hasMajority = connected * 2 > sentinels.length
  const isServing =
    shards.length > 0 && shards.every(({ phase }) => phase === 'ready' || phase === 'gated')
  const isCalm = shards.every(
    ({ phase, isAnswering, isFenced }) => phase === 'ready' && isAnswering && !isFenced,
  )
  const state = !isServing ? 'down' : isCalm && hasMajority ? 'ok' : 'degraded'
  return { state, shards, sentinels, warnings, placement, cache }
}
