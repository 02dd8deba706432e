import type { CachedContender } from './cached-client.js'

/** In the order of the tables. */
export const cachedContenders: readonly CachedContender[] = [
  {
    id: 'disredis-cached',
    label: 'disredis, cached()',
    role: 'ours',
    placement: 'sharded',
    packages: ['@disredis/client'],
    load: async () => (await import('./cached/disredis.js')).connectCached,
  },
  {
    id: 'disredis',
    label: 'disredis, not cached',
    role: 'ours',
    placement: 'sharded',
    packages: ['@disredis/client'],
    load: async () => (await import('./cached/disredis.js')).connectPlain,
  },
  {
    id: 'node-redis-cached',
    label: 'node-redis, clientSideCache',
    role: 'peer',
    placement: 'one master',
    packages: ['redis'],
    load: async () => (await import('./cached/node-redis.js')).connect,
  },
  {
    id: 'valkey-glide-cached',
    label: 'valkey-glide, clientSideCache',
    role: 'peer',
    placement: 'one master',
    packages: ['@valkey/valkey-glide'],
    load: async () => (await import('./cached/valkey-glide.js')).connect,
  },
  {
    id: 'ioredis-lru',
    label: 'lru-cache before ioredis, ttl 1 s',
    role: 'peer',
    placement: 'one master',
    packages: ['ioredis', 'lru-cache'],
    load: async () => (await import('./cached/ioredis-lru.js')).connect,
  },
]

/** @throws when no contender has this id. */
export function cachedContenderById(id: string): CachedContender {
  const contender = cachedContenders.find((candidate) => candidate.id === id)
  if (contender === undefined) throw new Error(`Unknown contender "${id}"`)
  return contender
}
