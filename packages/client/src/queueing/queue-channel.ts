import { diagnosticChannel } from '@disredis/connection'

/** Name of the `diagnostics_channel` on which every queue of commands tells when it holds some. */
export const QUEUE_CHANNEL = 'disredis:queue'

/** `waiting`: the first command waits. `drained`: none waits any more. `full`: a command was refused. */
export interface QueueMessage {
  readonly step: 'waiting' | 'drained' | 'full'
  /** Undefined: it is not known yet which shards there are. */
  readonly shard: string | undefined
  /** It is the queue of a lane of the shard. */
  readonly isLane: boolean
  /** That wait now. */
  readonly commands: number
  /** Of their arguments, and what a command takes besides. */
  readonly bytes: number
}

export const queues = diagnosticChannel<QueueMessage>(
  QUEUE_CHANNEL,
  ({ step, shard = '(not known yet)', isLane, commands, bytes }) =>
    `queue of ${isLane ? 'a lane of ' : ''}${shard} ${step}: ${commands} commands, ${bytes} bytes`,
)
