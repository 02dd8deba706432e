import { withoutArguments } from '@disredis/sentinel'
import { followSignal } from './commands/follow-signal.js'
import { TransactionGroup } from './commands/transaction-group.js'
import {
  type BatchCallback,
  type BatchContext,
  type BatchResult,
  CommandBatch,
  callBack,
  failedResult,
} from './pipeline.js'

/**
 * MULTI to EXEC on one shard: all keys must live together (use a hash tag). Nothing is sent before
 * `exec()`; then everything is sent as one, and executed as one or not at all.
 */
export class Transaction extends CommandBatch {
  readonly #context: BatchContext

  /** @internal */
  constructor(context: BatchContext, commands?: readonly (readonly unknown[])[]) {
    super(context, commands)
    this.#context = context
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

  async #exec(): Promise<BatchResult[] | null> {
    const commands = this.begin()
    if (commands.length === 0) return []
    const group = new TransactionGroup(commands, this.callPolicy)
    const { signal } = this.callPolicy
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
