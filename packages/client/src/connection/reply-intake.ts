import type { Socket } from 'node:net'
import type { Command, Redis } from 'ioredis'
import { RoutedCommand } from '../commands/routed-command.js'
import { ReplyReader, type ReplyTarget } from './reply-reader.js'

/** What of ioredis's connection its own reader uses. */
interface Internals {
  readonly commandQueue: {
    peekFront(): { readonly command: Command } | undefined
    shift(): { readonly command: Command } | undefined
  }
  readonly condition: { readonly protocol?: number; readonly replyMapping?: string }
}

type DataListener = (chunk: Buffer) => void

/** The reading of one connection. */
export interface ReplyIntake {
  /** ioredis reads from now on. */
  giveBack(): void
}

/**
 * Reads the replies of a connection in place of ioredis's reader, from the handshake on: what that one
 * takes for a reply might complete a handshake that was none. The first push hands the connection back
 * to ioredis for good: subscriptions are its business.
 *
 * @param redis says `connect`: its own reader is in place and nothing was received
 */
export function takeReplies(redis: Redis, socket: Socket, stringNumbers: boolean): ReplyIntake {
  const { commandQueue } = redis as unknown as Internals
  const [ioredisReader] = socket.listeners('data') as [DataListener]
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
      giveBack()
      ioredisReader(bytes)
    },
  }
  const giveBack = () => {
    socket.prependListener('data', ioredisReader)
    socket.off('data', read)
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
  return { giveBack }
}

/** Whether the server has agreed to what {@link takeReplies} reads: RESP3, told as if it were RESP2. */
export function readsReplies(redis: Redis): boolean {
  const { condition } = redis as unknown as Internals
  return condition.protocol === 3 && condition.replyMapping === 'legacy'
}
