import type { BenchClient } from './bench-client.js'

export interface Address {
  readonly host: string
  readonly port: number
}

export interface ShardAddress extends Address {
  /** The name that the Sentinels watch the master under. */
  readonly name: string
}

/** What a contender may connect to. A contender that cannot shard uses the first shard only. */
export interface Target {
  readonly shards: readonly ShardAddress[]
  readonly sentinels: readonly Address[]
}

/** Resolves when the client can take commands. */
export type Connect = (target: Target) => Promise<BenchClient>

/** One client, or one way of using it, that the runner can put beside the others. */
export interface Contender {
  readonly id: string
  readonly label: string
  readonly role: 'ours' | 'peer' | 'ceiling'
  readonly placement: 'one master' | 'sharded'
  /** npm packages whose versions belong beside the figures. */
  readonly packages: readonly string[]
  /** Imports the library on first use: its import time is part of a cold start. */
  load(): Promise<Connect>
}

/** The only master that a contender without sharding uses. */
export function firstShard(target: Target): ShardAddress {
  const [shard] = target.shards
  if (shard === undefined) throw new Error('The target has no shard to connect to')
  return shard
}
