import { tracingChannel } from 'node:diagnostics_channel'
import type { Command, Redis } from 'ioredis'

/** What of ioredis's connection its `sendCommand` uses. */
interface Internals {
  readonly status: string
  readonly stream:
    | { readonly writable: boolean; write(chunk: string | Buffer): boolean }
    | undefined
  readonly commandQueue: { push(item: object): void }
  readonly condition: { readonly select: number }
}

const traced = tracingChannel('ioredis:command')
/** ioredis prints what it sends. */
const isDebugged = (process.env.DEBUG ?? '') !== ''

/**
 * `redis.sendCommand` for a command that is no more than written and answered: ioredis also asks of each
 * whether it blocks, subscribes, disconnects, or is traced. A connection that is not ready, and calls
 * that are traced or printed, are left to ioredis.
 */
export function sendDirectly(redis: Redis, command: Command): void {
  const { status, stream, commandQueue, condition } = redis as unknown as Internals
  const isPlain = status === 'ready' && stream?.writable === true && !isDebugged
  // Older versions of Node cannot tell.
  if (!isPlain || traced.hasSubscribers !== false) {
    redis.sendCommand(command)
    return
  }
  command.setReplyContext({ protocol: 3, replyMapping: 'legacy' })
  stream.write(command.toWritable(stream))
  commandQueue.push({ command, stream: undefined, select: condition.select })
}
