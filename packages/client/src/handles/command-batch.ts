import { InvalidOptionError } from '@disredis/sentinel'
import type { ChainableCommander } from 'ioredis'
import type { CallPolicy } from '../commands/call-policy.js'
import type { Command } from '../commands/command.js'
import {
  type CommandTarget,
  callPolicy,
  defineMethods,
  installCommands,
  keyPrefix,
  type Method,
  submit,
} from './command-surface.js'

/** What batches of commands need of the client they belong to. */
export interface BatchContext {
  readonly callPolicy: CallPolicy
  readonly keyPrefix: string | undefined
  /** What the client has besides ioredis's commands: scripts and added commands, by name. */
  readonly methods: ReadonlyMap<string, Method>
  /** Settles the command sooner or later. */
  readonly send: (command: Command) => void
}

/** As ioredis types it; of a command that failed there is no result: `[error]`. */
export type BatchResult = [error: Error | null, result: unknown]

export type BatchCallback = (error: Error | null, results?: BatchResult[] | null) => void

/** Not a name, which a script may have. */
export const begin: unique symbol = Symbol('disredis.begin')

/** Without them a batch is of no use: a script of such a name is called on the client. */
const ownMethods: ReadonlySet<string> = new Set([
  'addBatch',
  'exec',
  'execBuffer',
  'isPipeline',
  'length',
  'multi',
])

// Taken at load: fake timers in somebody's tests must not stop callbacks.
const { nextTick } = process

/** Collects commands; each call returns the batch. */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: installCommands defines every command
export abstract class CommandBatch implements CommandTarget {
  /** By which libraries tell a batch from a client. */
  readonly isPipeline = true
  readonly #context: BatchContext
  #isExecuted = false

  constructor(context: BatchContext) {
    this.#context = context
    defineMethods(this, context.methods, ownMethods)
  }

  /** @internal */
  get [callPolicy](): CallPolicy {
    return this.#context.callPolicy
  }

  /** @internal */
  get [keyPrefix](): string | undefined {
    return this.#context.keyPrefix
  }

  /** Commands so far. */
  abstract get length(): number

  /** @internal */
  abstract [submit](command: Command): this

  /** Adds `[['set', 'k', 'v'], ['get', 'k']]` and their like. */
  addBatch(commands: readonly (readonly unknown[])[]): this {
    for (const [name, ...args] of commands) {
      const method = (this as unknown as Record<string, unknown>)[String(name)]
      if (typeof method !== 'function')
        throw new InvalidOptionError(`There is no command '${String(name)}'`)
      method.apply(this, args)
    }
    return this
  }

  /** Marks the batch as sent. @throws InvalidOptionError the second time */
  protected [begin](): void {
    if (this.#isExecuted) throw new InvalidOptionError('exec() was called on this batch already')
    this.#isExecuted = true
  }
}

export interface CommandBatch extends Omit<ChainableCommander, 'exec' | 'length'> {}

installCommands(CommandBatch.prototype)

export function failedResult(error: Error): BatchResult {
  return [error] as unknown as BatchResult
}

/** As in ioredis, what is not a function is ignored: libraries pass the `true` of other clients. */
export function callBack<T>(
  promise: Promise<T>,
  callback: ((error: Error | null, result?: T) => void) | undefined,
): void {
  if (typeof callback !== 'function') return
  promise.then(
    (result) => nextTick(callback, null, result),
    (error) => nextTick(callback, error),
  )
}
