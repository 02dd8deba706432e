import { ClosedError, type DisredisError } from '@disredis/sentinel'
import { type Command, isWatch } from '../commands/command.js'
import {
  CommandTimeoutError,
  OutcomeUnknownError,
  QueueFullError,
  ShardDownError,
} from '../errors.js'
import type { QueueLimits } from './command-queue.js'

/**
 * What a command is rejected with at its deadline, by where it stands.
 *
 * @param hasMaster whether the shard could take commands at that moment
 */
export function deadlineError(
  command: Command,
  shard: string,
  hasMaster: boolean,
  cause: Error | undefined,
): DisredisError {
  const { name } = command.info
  const { timeout } = command
  const last = cause === undefined ? '' : ` Last: ${cause.message}`
  const options = { shard, cause, retryable: true }
  if (command.hasLostAttempt) return outcomeUnknownError(command, shard, undefined, cause)
  if (command.carrier !== undefined) {
    const hasEffect = !command.isRead && !isWatch(command)
    if (hasEffect) return outcomeUnknownError(command, shard, undefined, cause)
    return new CommandTimeoutError(
      `${name} on shard '${shard}' got no reply within ${timeout} ms.${last}`,
      options,
    )
  }
  if (hasMaster) {
    return new CommandTimeoutError(
      `${name} on shard '${shard}' was not accepted within ${timeout} ms.${last}`,
      options,
    )
  }
  return new ShardDownError(
    `Shard '${shard}' had no answering master for ${timeout} ms; ${name} was not sent.${last}`,
    options,
  )
}

export function outcomeUnknownError(
  command: Command,
  shard: string,
  address: string | undefined,
  cause: Error | undefined,
): OutcomeUnknownError {
  const where = address === undefined ? '' : ` (${address})`
  return new OutcomeUnknownError(
    `${command.info.name} was sent to shard '${shard}'${where} and no reply came: ` +
      'it may or may not have been executed, and is not repeated. Read the key to find out.',
    { shard, address, cause, mayHaveExecuted: true },
  )
}

export function queueFullError(
  shard: string,
  { maxCommands, maxBytes }: QueueLimits,
  cause: DisredisError | undefined,
): QueueFullError {
  return new QueueFullError(
    `Shard '${shard}' cannot take commands now and its queue is full ` +
      `(queue.maxCommands ${maxCommands}, queue.maxBytes ${maxBytes}).`,
    { shard, cause, retryable: true },
  )
}

/** Of a write that was sent before the client was closed: an ordinary close, and an unknown outcome. */
export function closedOnWireError(shard: string): OutcomeUnknownError {
  const cause = closedError(shard)
  return new OutcomeUnknownError(cause.message, { shard, cause, mayHaveExecuted: true })
}

export function closedError(shard?: string): ClosedError {
  // In the words of ioredis, by which libraries tell it from other errors.
  return new ClosedError('Connection is closed.', { shard })
}
