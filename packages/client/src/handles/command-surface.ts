import { Redis } from 'ioredis'
import { commandInfo } from '../catalog/command-info.js'
import type { CallPolicy } from '../commands/call-policy.js'
import { Command, type CommandCallback } from '../commands/command.js'
import { type Script, ScriptCommand } from '../commands/script-command.js'

/**
 * What commands need of the object they are called on. Symbols, because each name is one that a script
 * of a user may have: `defineCommand('submit', ...)`.
 */
export const callPolicy: unique symbol = Symbol('disredis.callPolicy')
export const keyPrefix: unique symbol = Symbol('disredis.keyPrefix')
export const submit: unique symbol = Symbol('disredis.submit')

/** An object with commands: a client, a handle, a pipeline, a transaction. */
export interface CommandTarget {
  /** @internal */
  readonly [callPolicy]: CallPolicy
  /** @internal */
  readonly [keyPrefix]: string | undefined
  /** @internal Takes the command of a call over. What it returns is what the call returns. */
  [submit](command: Command): unknown
}

export type Method = (this: CommandTarget, ...args: unknown[]) => unknown

/** They make another object. */
const notCommands = new Set(['pipeline', 'multi'])

function commandMethod(name: string, encoding: 'utf8' | null): Method {
  const info = commandInfo(name)
  return function method(...args) {
    const callback = takeCallback(args)
    const { [callPolicy]: policy, [keyPrefix]: prefix } = this
    const command = new Command(info, args, policy, encoding, prefix, callback)
    if (policy.showFriendlyErrorStack) noteCallSite(command, method)
    return this[submit](command)
  }
}

/** Frames of this package are of no interest to its users. */
export function noteCallSite(command: Command, method: Method): void {
  const callSite = new Error()
  Error.captureStackTrace(callSite, method)
  command.callSite = callSite
}

/** The methods of a command: one whose reply is in strings, one whose reply is in buffers. */
export function commandMethods(name: string): Readonly<Record<'string' | 'buffer', Method>> {
  return { string: commandMethod(name, 'utf8'), buffer: commandMethod(name, null) }
}

function callMethod(encoding: 'utf8' | null): Method {
  return function method(...args) {
    const callback = takeCallback(args)
    const [first, ...rest] = args.flat()
    // As the caller wrote it: arguments and replies are transformed by the lower-case names.
    const name = String(first)
    const { [callPolicy]: policy, [keyPrefix]: prefix } = this
    const info = commandInfo(name)
    const command = new Command(info, rest, policy, encoding, prefix, callback, name)
    if (policy.showFriendlyErrorStack) noteCallSite(command, method)
    return this[submit](command)
  }
}

export function takeCallback(args: unknown[]): CommandCallback | undefined {
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

/** The command's method as it is, whatever a user calls a script of his. */
export function builtinMethod(name: string): Method {
  return methods[name]!
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

function scriptMethod(script: Script, encoding: 'utf8' | null): Method {
  return function method(...args) {
    const callback = takeCallback(args)
    const { [callPolicy]: policy, [keyPrefix]: prefix } = this
    const command = new ScriptCommand(script, args, policy, encoding, prefix, callback)
    if (policy.showFriendlyErrorStack) noteCallSite(command, method)
    return this[submit](command)
  }
}

/** @param kept names that the target keeps to itself */
export function defineMethods(
  target: object,
  methods: ReadonlyMap<string, Method>,
  kept?: ReadonlySet<string>,
): void {
  for (const [name, method] of methods) {
    if (kept?.has(name) !== true) defineMethod(target, name, method)
  }
}

function defineMethod(target: object, name: string, method: Method): void {
  Object.defineProperty(target, name, {
    value: method,
    writable: true,
    configurable: true,
    enumerable: false,
  })
}
