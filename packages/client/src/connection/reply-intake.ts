import type { Socket } from 'node:net'
import type { Command, Redis } from 'ioredis'
import { RoutedCommand } from '../commands/routed-command.js'
import { ReplyReader, type ReplyTarget } from './reply-reader.js'

/** What of ioredis's connection its own reader uses. */
interface Internals {
  readonly commandQueue: {
    readonly length: number
    peekFront(): { readonly command: Command } | undefined
    shift(): { readonly command: Command } | undefined
  }
  readonly condition: { readonly protocol?: number; readonly replyMapping?: string }
}

type DataListener = (chunk: Buffer) => void

/**
 * Reads the replies of a connection in place of ioredis's reader, after the handshake. The first push
 * hands the connection back to ioredis for good: subscriptions are its business.
 *
 * @param redis connected, with no reply due
 */
export function takeReplies(redis: Redis, socket: Socket, stringNumbers: boolean): void {
  const { commandQueue, condition } = redis as unknown as Internals
  const listeners = socket.listeners('data') as DataListener[]
  const [ioredisReader] = listeners
  // ioredis stays the reader of what this one does not know.
  if (ioredisReader === undefined || listeners.length > 1 || commandQueue.length > 0) return
  if (condition.protocol !== 3 || condition.replyMapping !== 'legacy') return

  const target: ReplyTarget = {
    isText() {
      const command = commandQueue.peekFront()?.command as { replyEncoding?: unknown } | undefined
      return command?.replyEncoding === 'utf8'
    },
    reply(reply, isText) {
      const command = next()
      if (isText && command instanceof RoutedCommand) command.resolveDecoded(reply)
      else command.resolve(reply)
    },
    error(error) {
      const command = next()
      command.reject(Object.assign(error, { command: { name: command.name, args: command.args } }))
    },
    pushed(bytes) {
      socket.prependListener('data', ioredisReader)
      socket.off('data', read)
      ioredisReader(bytes)
    },
  }
  const next = (): Command => {
    const item = commandQueue.shift()
    if (item === undefined) throw new Error('The server sent a reply that answers nothing')
    return item.command
  }
  const reader = new ReplyReader(target, stringNumbers)
  const read: DataListener = (chunk) => {
    try {
      reader.read(chunk)
    } catch (error) {
      socket.destroy(error as Error)
    }
  }
  socket.prependListener('data', read)
  socket.off('data', ioredisReader)
}
