import { InvalidOptionError } from '@disredis/sentinel'
import type { ChainableCommander } from 'ioredis'
import type { CallPolicy } from './commands/call-policy.js'
import { type CommandTarget, installCommands, installScript } from './commands/command-surface.js'
import { followSignal } from './commands/follow-signal.js'
import type { RoutedCommand } from './commands/routed-command.js'
import type { Script } from './commands/script-command.js'

/** What batches of commands need of the client they belong to. */
export interface BatchContext {
  readonly callPolicy: CallPolicy
  readonly keyPrefix: string | undefined
  /** The client's own commands, by name. */
  readonly scripts: ReadonlyMap<string, Script>
  /** Settles the command sooner or later. */
  readonly send: (command: RoutedCommand) => void
}

/** As ioredis types it; of a command that failed there is no result: `[error]`. */
export type BatchResult = [error: Error | null, result: unknown]

export type BatchCallback = (error: Error | null, results?: BatchResult[] | null) => void

/** Collects commands; each call returns the batch. */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: installCommands defines every command
export abstract class CommandBatch implements CommandTarget {
  /** @internal */
  readonly callPolicy: CallPolicy
  /** @internal */
  readonly keyPrefix: string | undefined
  protected readonly commands: RoutedCommand[] = []
  #isExecuted = false

  constructor(context: BatchContext, commands: readonly (readonly unknown[])[] = []) {
    this.callPolicy = context.callPolicy
    this.keyPrefix = context.keyPrefix
    for (const [name, script] of context.scripts) installScript(this, name, script)
    this.addBatch(commands)
  }

  get length(): number {
    return this.commands.length
  }

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

  /** @internal */
  submit(command: RoutedCommand): this {
    // exec() tells what became of it.
    command.promise.catch(() => {})
    this.commands.push(command)
    return this
  }

  /** Marks the batch as sent. @throws InvalidOptionError the second time */
  protected begin(): readonly RoutedCommand[] {
    if (this.#isExecuted) throw new InvalidOptionError('exec() was called on this batch already')
    this.#isExecuted = true
    return this.commands
  }
}

export interface CommandBatch extends Omit<ChainableCommander, 'exec' | 'length'> {}

installCommands(CommandBatch.prototype)

/**
 * Commands that are sent together, each to its shard, one write per shard, and answered together in
 * their order. Each has its own fate in a failover; nothing is atomic.
 */
export class Pipeline extends CommandBatch {
  readonly #send: (command: RoutedCommand) => void

  /** @internal */
  constructor(context: BatchContext, commands?: readonly (readonly unknown[])[]) {
    super(context, commands)
    this.#send = context.send
  }

  /** `[null, result]` or `[error]` for each command, in order. Never rejects for a command's error. */
  exec(callback?: BatchCallback): Promise<BatchResult[]> {
    const promise = this.#exec()
    callBack(promise, callback)
    return promise
  }

  async #exec(): Promise<BatchResult[]> {
    const commands = this.begin()
    const { signal } = this.callPolicy
    if (signal !== undefined) for (const command of commands) followSignal(command, signal)
    for (const command of commands) if (!command.isSettled) this.#send(command)
    return Promise.all(
      commands.map(({ promise }) =>
        promise.then((result): BatchResult => [null, result], failedResult),
      ),
    )
  }
}

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
    (result) => process.nextTick(callback, null, result),
    (error) => process.nextTick(callback, error),
  )
}
