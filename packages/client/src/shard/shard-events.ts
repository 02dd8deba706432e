import type { Address, DisredisError } from '@disredis/sentinel'

/** What a shard reports; the client emits each under the same name. */
export interface ShardEvents {
  /** Sentinel began to replace the master; writes of this shard are held. */
  failoverStarted: { readonly shard: string; readonly master: Address | undefined }
  /** Another node serves the shard now. */
  failoverCompleted: {
    readonly shard: string
    readonly from: Address
    readonly to: Address
    /** ms since the master was lost or the failover was announced, whichever came first. */
    readonly duration: number
  }
  /** Sentinel gave the failover up, or it took longer than `failoverGate.timeout`; writes go on. */
  failoverAborted: { readonly shard: string; readonly reason: string }
  /** The shard has no usable master; its commands wait until their deadline. */
  shardDown: {
    readonly shard: string
    readonly address: Address | undefined
    readonly error: DisredisError
  }
  /** The shard has a master again. */
  shardUp: { readonly shard: string; readonly address: Address }
}

export type ShardEventSink = <Name extends keyof ShardEvents>(
  name: Name,
  event: ShardEvents[Name],
) => void
