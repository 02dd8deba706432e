import type { Address, Topology, WatcherEvents } from '@disredis/sentinel'
import type { ShardEvents } from './shard/shard-events.js'

/** One typed object each. */
export interface DisredisEvents {
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
  /** The client is closed: nothing is open any more. */
  close: []
}

export type { Topology }
