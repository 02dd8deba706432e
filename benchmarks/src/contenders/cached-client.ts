import type { Contender, Target } from './contender.js'

/** A client that answers reads from a cache of its own, as the suite `cache` asks it. */
export interface CachedClient {
  get(key: string): Promise<string | null>
  /** All fields of a hash; undefined where the client does not keep them. */
  readonly getFields: ((key: string) => Promise<Readonly<Record<string, string>>>) | undefined
  close(): Promise<void>
}

export interface CachedContender extends Omit<Contender, 'load'> {
  /** @param entries values of `valueBytes` that it should keep, or what comes closest to it */
  load(): Promise<(target: Target, entries: number, valueBytes: number) => Promise<CachedClient>>
}

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
