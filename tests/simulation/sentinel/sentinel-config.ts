import type { ServerAddress } from '../node/server-messages.js'

/** What a Sentinel keeps of a master in its file. */
export interface MasterConfig {
  readonly name: string
  readonly address: ServerAddress
  readonly quorum: number
  readonly downAfter: number
  readonly failoverTimeout: number
  readonly parallelSyncs: number
  readonly configEpoch: number
  readonly leaderEpoch: number
  readonly replicas: readonly ServerAddress[]
  readonly peers: readonly { readonly id: string; readonly address: ServerAddress }[]
}

/** A Sentinel's file. */
export interface SentinelConfig {
  readonly id: string
  readonly currentEpoch: number
  readonly masters: readonly MasterConfig[]
}
