import type { SentinelTopology } from '@disredis/sentinel'
import type { ShardHealth } from '../shard/shard-health.js'

/** A client at one moment. */
export interface Health {
  /**
   * `ok`: every shard serves and a majority of the Sentinels is connected. `degraded`: every shard
   * serves, but fewer Sentinels are connected, or a shard holds its writes in a failover. `down`: at least one shard has no master.
   */
  readonly state: 'ok' | 'degraded' | 'down'
  readonly shards: readonly ShardHealth[]
  readonly sentinels: readonly SentinelTopology[]
}

export function summarize(
  shards: readonly ShardHealth[],
  sentinels: readonly SentinelTopology[],
): Health {
  const connected = sentinels.filter(({ isConnected }) => isConnected).length
  const hasMajority = connected * 2 > sentinels.length
  const isServing =
    shards.length > 0 && shards.every(({ phase }) => phase === 'ready' || phase === 'gated')
  const isCalm = shards.every(
    ({ phase, isAnswering, isFenced }) => phase === 'ready' && isAnswering && !isFenced,
  )
  const state = !isServing ? 'down' : isCalm && hasMajority ? 'ok' : 'degraded'
  return { state, shards, sentinels }
}
