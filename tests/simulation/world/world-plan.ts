import type { NodeOptions } from '../node/node-options.js'
import type { SentinelTimes } from '../sentinel/sentinel-times.js'

export interface ShardPlan {
  readonly name: string
  readonly replicas: number
  /** `replica-priority` of its nodes, the first master's first. Default 100 each. */
  readonly priorities?: readonly number[]
}

/** What a world consists of. */
export interface WorldPlan {
  readonly shards: readonly ShardPlan[]
  readonly sentinels: number
  readonly quorum: number
  /** ms. */
  readonly downAfter: number
  /** ms. */
  readonly failoverTimeout: number
  readonly parallelSyncs: number
  readonly isValkey: boolean
  /** ms of one way through the network. */
  readonly latency: number
  readonly jitter: number
  /** Of every node, in place of the defaults. */
  readonly node: Partial<NodeOptions>
  readonly times: Partial<SentinelTimes>
}

export const defaultPlan: WorldPlan = {
  shards: [{ name: 'shard-1', replicas: 1 }],
  sentinels: 3,
  quorum: 2,
  downAfter: 1000,
  failoverTimeout: 5000,
  parallelSyncs: 1,
  isValkey: false,
  latency: 0.1,
  jitter: 0.05,
  node: {},
  times: {},
}
