import type { Disredis, ShardCacheHealth } from '@disredis/client'

/** One figure of the near caches of some clients. */
export interface CacheFigure {
  /** `hits`: `disredis_cache_hits_total` for Prometheus, `disredis.cache.hits` for OpenTelemetry. */
  readonly name: string
  /** Its field in `health().cache.shards`. */
  readonly field: keyof ShardCacheHealth
  /** `total`: it only grows. `sum`: of all clients as they are. `highest`: of the client that has most of it. */
  readonly kind: 'total' | 'sum' | 'highest'
  /** As OpenTelemetry writes it. */
  readonly unit: string
  readonly help: string
}

export const cacheFigures: readonly CacheFigure[] = [
  {
    name: 'hits',
    field: 'hits',
    kind: 'total',
    unit: '{read}',
    help: 'Reads answered from memory.',
  },
  {
    name: 'misses',
    field: 'misses',
    kind: 'total',
    unit: '{read}',
    help: 'Reads that made a request.',
  },
  {
    name: 'joined',
    field: 'joined',
    kind: 'total',
    unit: '{read}',
    help: "Reads that waited for another caller's request.",
  },
  {
    name: 'invalidations',
    field: 'invalidations',
    kind: 'total',
    unit: '{key}',
    help: 'Keys dropped because they were changed.',
  },
  {
    name: 'evictions',
    field: 'evictions',
    kind: 'total',
    unit: '{key}',
    help: 'Keys dropped to make room.',
  },
  {
    name: 'emptied',
    field: 'emptied',
    kind: 'total',
    unit: '{time}',
    help: "Times that all of a shard's keys were dropped: a flush, or a lost connection.",
  },
  { name: 'entries', field: 'entries', kind: 'sum', unit: '{key}', help: 'Keys in memory.' },
  { name: 'bytes', field: 'bytes', kind: 'sum', unit: 'By', help: 'Memory that is used.' },
  {
    name: 'open',
    field: 'isOpen',
    kind: 'sum',
    unit: '{client}',
    help: 'Clients that keep what they read; the others ask the master each time.',
  },
  {
    name: 'age',
    field: 'age',
    kind: 'highest',
    unit: 's',
    help: 'Time since the master proved that the kept values are current.',
  },
]

/** A figure by shard, of all clients that have a near cache. Times are seconds. */
export function cacheFigureByShard(
  { field, kind }: CacheFigure,
  clients: readonly Disredis[],
): ReadonlyMap<string, number> {
  const byShard = new Map<string, number>()
  for (const shard of clients.flatMap((client) => client.health().cache?.shards ?? [])) {
    const value = shard[field]
    // Nothing is proven yet.
    if (value === undefined) continue
    const number = field === 'age' ? Number(value) / 1000 : Number(value)
    const known = byShard.get(shard.shard)
    const joined = kind === 'highest' ? Math.max(known ?? 0, number) : (known ?? 0) + number
    byShard.set(shard.shard, joined)
  }
  return byShard
}
