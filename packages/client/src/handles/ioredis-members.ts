import { Redis } from 'ioredis'
import { commandInfo, infoOfCall } from '../catalog/command-info.js'
import type { CallPolicy } from '../commands/call-policy.js'
import { Command, type CommandCallback } from '../commands/command.js'
import { RawCommand } from '../commands/raw-command.js'
import { callPolicy, commandMethods, submit } from './command-surface.js'

/** Members of ioredis by which other libraries extend a client or use it at a lower level. */
export interface IoredisMembers {
  /** The names of all commands, lower case. */
  getBuiltinCommands(): string[]
  /** The methods of a command: one whose reply is in strings, one whose reply is in buffers. */
  createBuiltinCommand(name: string): { string: CommandFunction; buffer: CommandFunction }
  /** Gives this client a method for a command that it does not have. */
  addBuiltinCommand(name: string): void
  /**
   * Sends a command that was made with ioredis's `Command`, of any copy or version of ioredis, and
   * returns its promise. `keyPrefix` is not applied: the command's own is.
   */
  sendCommand(command: ForeignCommand): Promise<unknown>
  /** Rejects with `NotRoutableError`: connect an ioredis to one node for it. */
  monitor(callback?: (error?: Error | null) => void): Promise<never>
}

export type CommandFunction = (...args: unknown[]) => Promise<unknown>

/** What is needed of an ioredis `Command`. */
export interface ForeignCommand {
  readonly name: string
  readonly args: unknown[]
  readonly promise: Promise<unknown>
  resolve(reply: never): unknown
  reject(error: Error): unknown
  setReplyContext?(context: { protocol: 2 | 3; replyMapping: 'legacy' }): void
}

/** Not a name, which a script may have. */
export const addMethods: unique symbol = Symbol('disredis.addMethods')

interface Target {
  readonly [callPolicy]: CallPolicy
  [submit](command: Command): unknown
  [addMethods](name: string, methods: ReturnType<typeof commandMethods>): void
}

export function installIoredisMembers(prototype: object): void {
  for (const [name, value] of Object.entries(members)) {
    Object.defineProperty(prototype, name, { value, writable: true, configurable: true })
  }
}

const members: Record<string, (this: Target, argument: never) => unknown> = {
  getBuiltinCommands: () => Redis.prototype.getBuiltinCommands(),

  createBuiltinCommand(name: string) {
    const { string, buffer } = commandMethods(name)
    return { string, buffer }
  },

  addBuiltinCommand(name: string) {
    this[addMethods](name, commandMethods(name))
  },

  monitor(callback?: CommandCallback) {
    return this[submit](
      new Command(commandInfo('monitor'), [], this[callPolicy], 'utf8', undefined, callback),
    )
  },

  sendCommand(command: ForeignCommand) {
    const { name, args, promise } = command
    const info = infoOfCall(commandInfo(name), args)
    const resolve = command.resolve.bind(command) as (reply: unknown) => void
    // Its own transformers are to know that pairs come nested.
    command.setReplyContext?.({ protocol: 3, replyMapping: 'legacy' })
    const reject = (error: Error) => void command.reject(error)
    const raw = new RawCommand(name, info, [...args], this[callPolicy], { resolve, reject })
    // It is settled with the command, and tells those who wait for that.
    raw.promise = promise
    this[submit](raw)
    return promise
  },
}
