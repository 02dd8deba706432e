import type { CacheHealth, ShardCacheHealth } from '../cache/cache-health.js'
import type { HealthWarning } from './health-warnings.js'

/** Part of a server's table of tracked keys from which on it is told. */
const nearlyFull = 0.9

export function cacheWarnings({ shards }: CacheHealth): readonly HealthWarning[] {
  return shards.flatMap((it) => [...refusalWarnings(it), ...tableWarnings(it)])
}

function refusalWarnings({ shard, state, reason }: ShardCacheHealth): HealthWarning[] {
  if (state !== 'refused') return []
  return [
    {
      code: 'cache-refused',
      shard,
      message: `The master of '${shard}' refused CLIENT TRACKING, so cached() reads from it each time (${reason}). Give the user +client|tracking.`,
    },
  ]
}

function tableWarnings({ shard, table }: ShardCacheHealth): HealthWarning[] {
  if (table === undefined || table.maxKeys === 0) return []
  if (table.keys < table.maxKeys * nearlyFull) return []
  return [
    {
      code: 'tracking-table-full',
      shard,
      message: `The master of '${shard}' tracks ${table.keys} keys for its clients' caches, of ${table.maxKeys} at most (tracking-table-max-keys): beyond that it drops unchanged keys from their caches. Raise the limit, or cache fewer keys.`,
    },
  ]
}
