import { Redis, type RedisCommander } from 'ioredis'
import { type CommandInfo, commandInfo } from './command-info.js'
import type { CommandCallback, RoutedCommand } from './routed-command.js'

/** Makes a command from a call and sends it on its way; the one thing a surface must do. */
export interface CommandTarget {
  issue(
    info: CommandInfo,
    args: unknown[],
    replyEncoding: BufferEncoding | null,
    callback: CommandCallback | undefined,
  ): RoutedCommand['promise']
}

type Method = (this: CommandTarget, ...args: unknown[]) => unknown

/** `monitor` and `quit` are calls on a connection, not commands to route. */
const notCommands = new Set(['monitor', 'quit', 'pipeline', 'multi', 'exec'])

function commandMethod(name: string, replyEncoding: BufferEncoding | null): Method {
  const info = commandInfo(name)
  return function (...args) {
    return this.issue(info, args, replyEncoding, takeCallback(args))
  }
}

function callMethod(replyEncoding: BufferEncoding | null): Method {
  return function (...args) {
    const callback = takeCallback(args)
    const [name, ...rest] = args.flat()
    return this.issue(commandInfo(String(name)), rest, replyEncoding, callback)
  }
}

function takeCallback(args: unknown[]): CommandCallback | undefined {
  return typeof args[args.length - 1] === 'function' ? (args.pop() as CommandCallback) : undefined
}

const methods: Record<string, Method> = {
  call: callMethod('utf8'),
  callBuffer: callMethod(null),
}
for (const name of Redis.prototype.getBuiltinCommands()) {
  if (notCommands.has(name)) continue
  methods[name] = commandMethod(name, 'utf8')
  methods[`${name}Buffer`] = commandMethod(name, null)
}

/** Gives a class every command of ioredis, by the same names. */
export function installCommands(prototype: object): void {
  for (const [name, method] of Object.entries(methods)) {
    if (Object.hasOwn(prototype, name)) continue
    Object.defineProperty(prototype, name, {
      value: method,
      writable: true,
      configurable: true,
      enumerable: false,
    })
  }
}

/** Every command of ioredis, with its types. */
export type Commands = Omit<
  RedisCommander,
  'pipeline' | 'multi' | 'exec' | 'monitor' | 'quit' | 'discard'
>
