import type { Address, Topology, WatcherEvents } from '@disredis/sentinel'
import type { ShardEvents } from '../shard/shard-events.js'

/** One typed object each. */
export interface DisredisEvents {
  /** Just before `ready`, for programs that know ioredis. */
  connect: []
  /** Every shard has a master that answers. Once. */
  ready: []
  topologyChanged: WatcherEvents['topologyChanged']
  failoverStarted: [event: ShardEvents['failoverStarted']]
  failoverCompleted: [event: ShardEvents['failoverCompleted']]
  failoverAborted: [event: ShardEvents['failoverAborted']]
  shardDown: [event: ShardEvents['shardDown']]
  shardUp: [event: ShardEvents['shardUp']]
  /** Sentinel watches a master that is not in the ring. The ring does not change. */
  masterAdded: [event: { readonly shard: string; readonly sentinel: Address }]
  /** A Sentinel no longer watches a master of the ring. The ring does not change. */
  masterRemoved: [event: { readonly shard: string; readonly sentinel: Address }]
  /**
   * Something went wrong that no caller hears of: a Sentinel that cannot be asked, a start that
   * failed. Emitted only if there is a listener; the client goes on by itself.
   */
  error: [error: Error]
  /** As in ioredis; the `Buffer` events carry buffers. */
  message: [channel: string, message: string]
  messageBuffer: [channel: Buffer, message: Buffer]
  pmessage: [pattern: string, channel: string, message: string]
  pmessageBuffer: [pattern: string, channel: Buffer, message: Buffer]
  smessage: [channel: string, message: string]
  smessageBuffer: [channel: Buffer, message: Buffer]
  /**
   * A shard's subscriptions work again, `duration` ms after the last sign of life of the connection
   * before; what was published on it meanwhile may be lost.
   */
  subscriptionsRestored: [event: { readonly shard: string; readonly duration: number }]
  /** The client is closed: nothing is open any more. */
  close: []
  /** Just after `close`, for programs that know ioredis. */
  end: []
}

export type { Topology }
