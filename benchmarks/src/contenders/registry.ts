import type { Contender } from './contender.js'

/** Every contender, in the order of the tables. */
export const contenders: readonly Contender[] = [
  {
    id: 'disredis',
    label: 'disredis',
    role: 'ours',
    placement: 'sharded',
    packages: ['@disredis/client'],
    load: async () => (await import('./disredis.js')).connect,
  },
  {
    id: 'ioredis',
    label: 'ioredis',
    role: 'peer',
    placement: 'one master',
    packages: ['ioredis'],
    load: async () => (await import('./ioredis.js')).connectPlain,
  },
  {
    id: 'ioredis-auto',
    label: 'ioredis, enableAutoPipelining',
    role: 'peer',
    placement: 'one master',
    packages: ['ioredis'],
    load: async () => (await import('./ioredis.js')).connectAutoPipelining,
  },
  {
    id: 'node-redis',
    label: 'node-redis, createClient',
    role: 'peer',
    placement: 'one master',
    packages: ['redis'],
    load: async () => (await import('./node-redis.js')).connectClient,
  },
  {
    id: 'node-redis-sentinel',
    label: 'node-redis, createSentinel',
    role: 'peer',
    placement: 'one master',
    packages: ['redis'],
    load: async () => (await import('./node-redis.js')).connectSentinel,
  },
  {
    id: 'iovalkey',
    label: 'iovalkey',
    role: 'peer',
    placement: 'one master',
    packages: ['iovalkey'],
    load: async () => (await import('./iovalkey.js')).connect,
  },
  {
    id: 'valkey-glide',
    label: 'valkey-glide',
    role: 'peer',
    placement: 'one master',
    packages: ['@valkey/valkey-glide'],
    load: async () => (await import('./valkey-glide.js')).connect,
  },
  {
    id: 'hand-sharded',
    label: 'ioredis per master, hash by hand',
    role: 'peer',
    placement: 'sharded',
    packages: ['ioredis'],
    load: async () => (await import('./sharded-ioredis.js')).connectByHand,
  },
  {
    id: 'hashring-sharded',
    label: 'ioredis per master, npm hashring, auto-pipelined',
    role: 'peer',
    placement: 'sharded',
    packages: ['ioredis', 'hashring'],
    load: async () => (await import('./sharded-ioredis.js')).connectHashring,
  },
  {
    id: 'raw-sockets',
    label: 'ceiling: hand-made RESP on raw sockets',
    role: 'ceiling',
    placement: 'sharded',
    packages: [],
    load: async () => (await import('./raw-sockets.js')).connect,
  },
]

/** @throws when no contender has this id. */
export function contenderById(id: string): Contender {
  const contender = contenders.find((candidate) => candidate.id === id)
  if (contender === undefined) {
    const known = contenders.map((candidate) => candidate.id).join(', ')
    throw new Error(`Unknown contender "${id}". Known: ${known}`)
  }
  return contender
}
