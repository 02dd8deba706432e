import type { Lookup } from './lookup.js'

export const lookups: readonly Lookup[] = [
  {
    id: 'disredis',
    label: '@disredis/hash-ring: key to shard',
    role: 'ours',
    packages: ['@disredis/hash-ring'],
    load: async () => (await import('./hash-ring.js')).createLocate,
  },
  {
    id: 'cluster-key-slot',
    label: 'npm cluster-key-slot: key to slot only',
    role: 'peer',
    packages: ['cluster-key-slot'],
    load: async () => (await import('./cluster-key-slot.js')).createLocate,
  },
  {
    id: 'hashring',
    label: 'npm hashring: key to server',
    role: 'peer',
    packages: ['hashring'],
    load: async () => (await import('./npm-hashring.js')).createLocate,
  },
  {
    id: 'hash-by-hand',
    label: 'hash by hand modulo shards',
    role: 'peer',
    packages: [],
    load: async () => (await import('./hash-by-hand.js')).createLocate,
  },
]

/** @throws when no lookup has this id. */
export function lookupById(id: string): Lookup {
  const lookup = lookups.find((candidate) => candidate.id === id)
  if (lookup === undefined) throw new Error(`Unknown lookup "${id}"`)
  return lookup
}
