import { withoutArguments } from '@disredis/sentinel'
import type { Command } from '../commands/command.js'
import { followSignal } from '../commands/follow-signal.js'
import { TransactionGroup } from '../commands/transaction-group.js'
import {
  type BatchCallback,
  type BatchContext,
  type BatchResult,
  begin,
  CommandBatch,
  callBack,
  failedResult,
} from './command-batch.js'
import { submit } from './command-surface.js'

/** Not a name, which a script may have. */
export const execInline: unique symbol = Symbol('disredis.execInline')

/**
 * MULTI to EXEC on one shard: all keys must live together (use a hash tag). Nothing is sent before
 * `exec()`; then everything is sent as one, and executed as one or not at all.
 */
export class Transaction extends CommandBatch {
  readonly #context: BatchContext
  readonly #commands: Command[] = []

  /** @internal */
  constructor(context: BatchContext, given?: MultiArgument) {
    super(context)
    this.#context = context
    if (given !== undefined && !('pipeline' in given)) this.addBatch(given)
  }

  override get length(): number {
    return this.#commands.length
  }

  /** @internal */
  override [submit](command: Command): this {
    // exec() tells what became of it.
    command.promise.catch(() => {})
    this.#commands.push(command)
    return this
  }

  /**
   * `[null, result]` or `[error]` for each command; null if a watched key was changed.
   *
   * Rejects with the EXECABORT of the server (nothing was executed; `previousErrors` says why), with
   * `CrossShardError`, and with `OutcomeUnknownError` if the connection was lost before the reply.
   */
  exec(callback?: BatchCallback): Promise<BatchResult[] | null> {
    const promise = this.#exec()
    callBack(promise, callback)
    return promise
  }

  /** As {@link exec}; its name of old, which says nothing of the replies. */
  execBuffer(callback?: BatchCallback): Promise<BatchResult[] | null> {
    return this.exec(callback)
  }

  /**
   * Executes it as a part of a pipeline. As in ioredis one result for MULTI, one for each command, and
   * one for EXEC with their results or errors.
   *
   * @internal
   */
  async [execInline](): Promise<BatchResult[]> {
    const queued = (): BatchResult => [null, 'QUEUED']
    try {
      const results = await this.#exec()
      const values = results?.map(([error, result]) => error ?? result) ?? null
      return [[null, 'OK'], ...this.#commands.map(queued), [null, values]]
    } catch (error) {
      const failed = failedResult(error as Error)
      if (!isAbort(error as Error)) return [failed, ...this.#commands.map(() => failed), failed]
      const ownFates = this.#commands.map(({ promise }) =>
        promise.then(queued, (own: Error) => (own === error ? queued() : failedResult(own))),
      )
      return [[null, 'OK'], ...(await Promise.all(ownFates)), failed]
    }
  }

  async #exec(): Promise<BatchResult[] | null> {
    this[begin]()
    const commands = this.#commands
    if (commands.length === 0) return []
    const { callPolicy } = this.#context
    const group = new TransactionGroup(commands, callPolicy)
    const { signal } = callPolicy
    if (signal !== undefined) followSignal(group, signal)
    if (!group.isSettled) this.#context.send(group)
    const settleAll = (settle: (index: number) => BatchResult): BatchResult[] =>
      commands.map((command, index) => {
        const result = settle(index)
        // For callbacks given to single commands.
        if (result[0] === null) command.complete(result[1])
        else command.fail(result[0])
        return result
      })
    let replies: readonly unknown[] | null
    try {
      replies = (await group.promise) as readonly unknown[] | null
    } catch (error) {
      settleAll(() => failedResult(error as Error))
      throw error
    }
    if (replies === null) {
      settleAll(() => [null, null])
      return null
    }
    return settleAll((index) => {
      const reply = replies[index]
      if (reply instanceof Error) return failedResult(withoutArguments(reply))
      return commands[index]!.readReply(reply) as BatchResult
    })
  }
}

/** What `multi()` takes: commands, or ioredis's option. */
export type MultiArgument = readonly (readonly unknown[])[] | { readonly pipeline: boolean }

/** MULTI would have to be sent at once, on a connection that others use. */
export function isSentAtOnce(given: MultiArgument | undefined): boolean {
  return given !== undefined && 'pipeline' in given && !given.pipeline
}

/** Nothing was executed, because the server refused to queue a command. */
function isAbort({ name, message }: Error): boolean {
  return name === 'ReplyError' && message.startsWith('EXECABORT')
}
