import type { Address, DisredisError } from '@disredis/sentinel'
import type { ShardPhase } from './shard-phase.js'

export interface LastFailover {
  readonly from: Address
  readonly to: Address
  /** ms from the loss of the master, or the announcement, until the new one served. */
  readonly duration: number
}

/** A shard at one moment. */
export interface ShardHealth {
  readonly shard: string
  readonly phase: ShardPhase
  /** False while there is no connection, or replies are due and nothing has come for a while. */
  readonly isAnswering: boolean
  readonly master: Address | undefined
  /** What waits for a master. */
  readonly queue: { readonly commands: number; readonly bytes: number }
  /** Commands written whose reply has not come. */
  readonly inFlight: number
  /** Writes are held because no majority of the Sentinels is in reach (`fenceAfter`). */
  readonly isFenced: boolean
  readonly lastFailover: LastFailover | undefined
  readonly lastError: DisredisError | undefined
}
