import type { RedisCommander } from 'ioredis'
import type { CallPolicy } from '../commands/call-policy.js'
import type { Command } from '../commands/command.js'
import { followSignal } from '../commands/follow-signal.js'
import type { BatchContext } from './command-batch.js'
import {
  builtinMethod,
  type CommandTarget,
  callPolicy,
  defineMethods,
  installCommands,
  keyPrefix,
  submit,
} from './command-surface.js'
import { type Iteration, installIteration } from './iteration.js'
import { Pipeline } from './pipeline.js'
import { isSentAtOnce, type MultiArgument, Transaction } from './transaction.js'

/** The commands of a client, sent another way: under another policy, or to one shard. */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: installCommands defines every command
export class CommandHandle implements CommandTarget {
  readonly #context: BatchContext

  /** @internal */
  constructor(context: BatchContext) {
    this.#context = context
    defineMethods(this, context.methods)
  }

  /** @internal */
  get [callPolicy](): CallPolicy {
    return this.#context.callPolicy
  }

  /** @internal */
  get [keyPrefix](): string | undefined {
    return this.#context.keyPrefix
  }

  /** As {@link Disredis.pipeline}. */
  pipeline(commands?: readonly (readonly unknown[])[]): Pipeline {
    return new Pipeline(this.#context, commands)
  }

  /** As {@link Disredis.multi}. */
  multi(options: { pipeline: false }): Promise<'OK'>
  multi(commands?: readonly (readonly unknown[])[] | { pipeline: true }): Transaction
  multi(given?: MultiArgument): Transaction | Promise<'OK'> {
    if (isSentAtOnce(given)) return builtinMethod('call').call(this, 'MULTI') as Promise<'OK'>
    return new Transaction(this.#context, given)
  }

  /** @internal */
  [submit](command: Command): Promise<unknown> {
    const { signal } = this.#context.callPolicy
    if (signal !== undefined) followSignal(command, signal)
    if (!command.isSettled) this.#context.send(command)
    return command.promise
  }
}

export interface CommandHandle extends RedisCommander, Iteration {}

installIteration(CommandHandle.prototype)
installCommands(CommandHandle.prototype)
