import type { Address, DisredisError, FailoverTopology, Runtime } from '@disredis/sentinel'
import type { ShardConnection } from '../connection/shard-connection.js'
import type { WriteBatch } from '../connection/write-batch.js'
import type { QueueLimits } from '../queueing/command-queue.js'
import type { Ticker } from '../queueing/ticker.js'
import type { GateOptions } from './failover-gate.js'
import type { LeftMasters } from './left-masters.js'
import type { ShardEventSink } from './shard-events.js'

export interface ShardOptions {
  /** It is a lane of the shard: a further connection for commands that wait on the server. */
  readonly isLane: boolean
  readonly queue: QueueLimits
  readonly gate: GateOptions
  /** ms for which it may be silent by nature while a reply is due, at the moment. */
  readonly longestWait: () => number
  /** ms without a byte, while replies are due, after which commands are queued instead of written. */
  readonly silenceTimeout: number
  /**
   * ms of that silence after which a second connection is dialled, and its node asked for the first: if that
   * one is dead the second takes over.
   */
  readonly livenessTimeout: number
  /** ms for one dial and for the answer to ROLE. */
  readonly connectTimeout: number
}

/** What a shard needs of its surroundings; all of it can be simulated. */
export interface ShardContext {
  readonly runtime: Runtime
  readonly batch: WriteBatch
  readonly ticker: Ticker
  readonly dial: (address: Address, signal: AbortSignal) => Promise<ShardConnection>
  /**
   * Whether a master may serve on a connection that was dialled just now: rejects with what speaks against
   * it. Default: any may.
   */
  readonly admit?: ((connection: ShardConnection) => Promise<void>) | undefined
  /** Where Sentinel says the master is. */
  readonly masterAddress: () => Address | undefined
  /** What Sentinel says of a failover of that master. */
  readonly failover: () => FailoverTopology | undefined
  /** Whether more than half of the known Sentinels are connected: what they name is of now. */
  readonly areSentinelsInReach: () => boolean
  /** Whether that Sentinel answers. */
  readonly isSentinelInReach: (sentinel: Address) => boolean
  /** The address that Sentinels use for one that a node names (`natMap`). */
  readonly translate: (address: Address) => Address
  /** The replicas of it that Sentinel knows. */
  readonly replicas: () => readonly Address[]
  /** Those of the shard: its lanes have the same. */
  readonly leftMasters: LeftMasters
  /** Asks the Sentinels anew; answers through `Shard.masterMoved`. */
  readonly requestRefresh: () => void
  /** The node there is not a master: what Sentinel said of it is doubtful. */
  readonly reportMasterRejected: (address: Address) => void
  /** The node there is a master, whatever it was before. */
  readonly reportMasterFound: (address: Address) => void
  readonly emit: ShardEventSink
  /** A dial failed in a way that trying again does not mend (a wrong password). It is tried again. */
  readonly onHopeless: (error: DisredisError) => void
  /** A master was adopted. */
  readonly onServing: () => void
}
