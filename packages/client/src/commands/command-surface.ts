import { Redis } from 'ioredis'
import type { CallPolicy } from './call-policy.js'
import { commandInfo } from './command-info.js'
import { type CommandCallback, RoutedCommand } from './routed-command.js'
import { type Script, ScriptCommand } from './script-command.js'

/** An object with commands: a client, a handle, a pipeline, a transaction. */
export interface CommandTarget {
  /** @internal */
  readonly callPolicy: CallPolicy
  /** @internal */
  readonly keyPrefix: string | undefined
  /** @internal Takes the command of a call over. What it returns is what the call returns. */
  submit(command: RoutedCommand): unknown
}

export type Method = (this: CommandTarget, ...args: unknown[]) => unknown

/** They make another object. */
const notCommands = new Set(['pipeline', 'multi'])

function commandMethod(name: string, replyEncoding: BufferEncoding | null): Method {
  const info = commandInfo(name)
  return function (...args) {
    const callback = takeCallback(args)
    return this.submit(
      new RoutedCommand(info, args, this.callPolicy, replyEncoding, this.keyPrefix, callback),
    )
  }
}

/** The methods of a command: one whose reply is in strings, one whose reply is in buffers. */
export function commandMethods(name: string): Readonly<Record<'string' | 'buffer', Method>> {
  return { string: commandMethod(name, 'utf8'), buffer: commandMethod(name, null) }
}

function callMethod(replyEncoding: BufferEncoding | null): Method {
  return function (...args) {
    const callback = takeCallback(args)
    const [first, ...rest] = args.flat()
    const name = String(first)
    const { callPolicy, keyPrefix } = this
    return this.submit(
      // As the caller wrote it: ioredis's transformers know commands by their lower-case names.
      new RoutedCommand(
        commandInfo(name),
        rest,
        callPolicy,
        replyEncoding,
        keyPrefix,
        callback,
        name,
      ),
    )
  }
}

function takeCallback(args: unknown[]): CommandCallback | undefined {
  return typeof args[args.length - 1] === 'function' ? (args.pop() as CommandCallback) : undefined
}

const methods: Record<string, Method> = {
  call: callMethod('utf8'),
  callBuffer: callMethod(null),
  // Its name of old.
  send_command: callMethod('utf8'),
}
for (const name of Redis.prototype.getBuiltinCommands()) {
  if (notCommands.has(name)) continue
  const { string, buffer } = commandMethods(name)
  methods[name] = string
  methods[`${name}Buffer`] = buffer
}

/** Gives a class every command of ioredis, by the same names. */
export function installCommands(prototype: object): void {
  for (const [name, method] of Object.entries(methods)) {
    if (!Object.hasOwn(prototype, name)) defineMethod(prototype, name, method)
  }
}

/** The methods that run a script: one whose reply is in strings, one whose reply is in buffers. */
export function scriptMethods(script: Script): Readonly<Record<'string' | 'buffer', Method>> {
  return { string: scriptMethod(script, 'utf8'), buffer: scriptMethod(script, null) }
}

function scriptMethod(script: Script, replyEncoding: BufferEncoding | null): Method {
  return function (...args) {
    const callback = takeCallback(args)
    return this.submit(
      new ScriptCommand(script, args, this.callPolicy, replyEncoding, this.keyPrefix, callback),
    )
  }
}

export function defineMethods(target: object, methods: ReadonlyMap<string, Method>): void {
  for (const [name, method] of methods) defineMethod(target, name, method)
}

function defineMethod(target: object, name: string, method: Method): void {
  Object.defineProperty(target, name, {
    value: method,
    writable: true,
    configurable: true,
    enumerable: false,
  })
}
