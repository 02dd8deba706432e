import { InvalidOptionError } from '@disredis/sentinel'
import { Command } from '../commands/command.js'
import {
  type CommandMessage,
  commandEnds,
  isHeard,
  pipelineBegins,
} from '../commands/command-channel.js'
import { followSignal } from '../commands/follow-signal.js'
import { QueueFullError } from '../errors.js'
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
import { execInline, Transaction } from './transaction.js'

/**
 * Commands that are sent together, each to its shard, one write per shard, and answered together in
 * their order. Each has its own fate in a failover; nothing is atomic but what stands between
 * `multi()` and its `exec()`. While masters are away all of it waits, or none: if a queue cannot take the
 * whole, every command that was not written fails with `QueueFullError`.
 */
export class Pipeline extends CommandBatch {
  readonly #context: BatchContext
  readonly #parts: (Command | Transaction)[] = []
  #length = 0
  /** Takes the commands up to the next `exec()`. */
  #transaction: Transaction | undefined

  /** @internal */
  constructor(context: BatchContext, commands: readonly (readonly unknown[])[] = []) {
    super(context)
    this.#context = context
    this.addBatch(commands)
  }

  /** Commands so far; MULTI and EXEC are two. */
  override get length(): number {
    return this.#length
  }

  /** @internal */
  override [submit](command: Command): this {
    this.#length++
    if (this.#transaction !== undefined) {
      this.#transaction[submit](command)
      return this
    }
    // exec() tells what became of it.
    command.promise.catch(() => {})
    this.#parts.push(command)
    return this
  }

  /** Begins a transaction within the pipeline; the next `exec()` ends it and returns the pipeline. */
  multi(): this {
    if (this.#transaction !== undefined) {
      throw new InvalidOptionError('multi() was called within a transaction: end it with exec()')
    }
    this.#length++
    this.#transaction = new Transaction(this.#context)
    this.#parts.push(this.#transaction)
    return this
  }

  /** `[null, result]` or `[error]` for each command, in order. Never rejects for a command's error. */
  exec(callback?: BatchCallback): Promise<BatchResult[]> {
    if (this.#transaction !== undefined) {
      this.#length++
      this.#transaction = undefined
      // Who called multi() knows that it is not over yet.
      return this as unknown as Promise<BatchResult[]>
    }
    const promise = this.#exec()
    callBack(promise, callback)
    return promise
  }

  /** As {@link exec}; its name of old, which says nothing of the replies. */
  execBuffer(callback?: BatchCallback): Promise<BatchResult[]> {
    return this.exec(callback)
  }

  /** Its commands, but for those of transactions: each of these is one operation of its own. */
  #begin(): CommandMessage | undefined {
    const commands = this.#parts.filter((part) => part instanceof Command)
    if (commands.length < 2) return undefined
    for (const command of commands) command.isInPipeline = true
    return pipelineBegins(commands)
  }

  async #exec(): Promise<BatchResult[]> {
    this[begin]()
    const parts = this.#parts
    const { signal } = this.#context.callPolicy
    const told = isHeard() ? this.#begin() : undefined
    let hasTransactions = false
    const onError = (error: Error): BatchResult => {
      if (error instanceof QueueFullError) this.#refuseRest(error)
      return failedResult(error)
    }
    const results: Promise<BatchResult | BatchResult[]>[] = []
    for (const part of parts) {
      if (part instanceof Command) {
        if (signal !== undefined) followSignal(part, signal)
        if (!part.isSettled) this.#context.send(part)
        results.push(part.promise.then((result): BatchResult => [null, result], onError))
      } else {
        hasTransactions = true
        results.push(part[execInline]())
      }
    }
    const settled = await Promise.all(results)
    if (told !== undefined) commandEnds(told, undefined)
    if (!hasTransactions) return settled as BatchResult[]
    return settled.flatMap((it, i) =>
      parts[i] instanceof Command ? [it as BatchResult] : (it as BatchResult[]),
    )
  }

  /** A queue could not take the whole: what waits as well is not sent by halves. */
  #refuseRest(error: QueueFullError): void {
    for (const part of this.#parts) {
      if (!(part instanceof Command) || part.isSettled) continue
      if (!part.mayBeExecuted && !part.hasLostAttempt) part.abandon(error)
    }
  }
}
