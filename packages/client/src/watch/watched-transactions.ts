import { setMaxListeners } from 'node:events'
import { DisredisError, type Runtime } from '@disredis/sentinel'
import { commandInfo } from '../catalog/command-info.js'
import type { CallPolicy } from '../commands/call-policy.js'
import { Command, isWatch } from '../commands/command.js'
import { verdictOnAbort } from '../commands/verdicts.js'
import { CommandTimeoutError, TransactionConflictError } from '../errors.js'
import { Backoff } from '../queueing/backoff.js'
import type { Shard } from '../shard/shard.js'
import type { WatchSession } from './watch-session.js'

export interface TransactionOptions {
  /** How often the function may be called again because a watched key was changed. Default 10. */
  readonly retries?: number
}

/** The work of a transaction; its commands go to the shard of the watched keys by `send`. */
export type WatchedCalls<T> = (send: (command: Command) => void) => Promise<T>

/** How WATCH is called. */
export interface WatchContext {
  readonly callPolicy: CallPolicy
  readonly keyPrefix: string | undefined
}

export interface WatchedTransactionsContext {
  readonly runtime: Runtime
  readonly openSession: (shard: Shard, signal: AbortSignal) => Promise<WatchSession>
  /** Sends a command of the work by the session, or fails it if it does not belong there. */
  readonly route: (shard: Shard, command: Command, session: WatchSession) => void
}

/** One call of the work. Once something of it was executed, it is never called again. */
interface Attempt {
  hasExecuted: boolean
  /** Its last EXEC executed nothing, because a watched key had been changed. */
  isDisturbed: boolean
  /** No EXEC was sent after the last WATCH: the connection watches keys. */
  isWatching: boolean
}

/** Idle sessions kept per shard. */
const mostIdle = 8

/** Optimistic transactions: WATCH, read, MULTI, EXEC; from the start when a watched key was changed. */
export class WatchedTransactions {
  readonly #context: WatchedTransactionsContext
  readonly #idle = new Map<Shard, WatchSession[]>()
  readonly #busy = new Set<WatchSession>()
  readonly #abort = new AbortController()
  readonly #drainWaiters: (() => void)[] = []
  #running = 0

  constructor(context: WatchedTransactionsContext) {
    this.#context = context
    // As many dials at a time as there are callers.
    setMaxListeners(0, this.#abort.signal)
  }

  async run<T>(
    shard: Shard,
    keys: readonly (string | Buffer)[],
    work: WatchedCalls<T>,
    context: WatchContext,
    { retries }: { readonly retries: number },
  ): Promise<T> {
    this.#running++
    try {
      return await this.#run(shard, keys, work, context, retries)
    } finally {
      if (--this.#running === 0) for (const resolve of this.#drainWaiters.splice(0)) resolve()
    }
  }

  /** Resolves when no transaction is running. */
  drained(): Promise<void> {
    if (this.#running === 0) return Promise.resolve()
    return new Promise((resolve) => this.#drainWaiters.push(resolve))
  }

  close(): void {
    this.#abort.abort()
    for (const session of this.#busy) session.close()
    for (const sessions of this.#idle.values()) for (const session of sessions) session.close()
    this.#idle.clear()
  }

  async #run<T>(
    shard: Shard,
    keys: readonly (string | Buffer)[],
    work: WatchedCalls<T>,
    context: WatchContext,
    retries: number,
  ): Promise<T> {
    const { runtime } = this.#context
    const { timeout } = context.callPolicy
    const deadline = runtime.now() + timeout
    const backoff = new Backoff(10, 200, runtime.random)
    for (let conflicts = 0; ; ) {
      const attempt: Attempt = { hasExecuted: false, isDisturbed: false, isWatching: true }
      try {
        const result = await this.#attempt(shard, keys, work, context, attempt)
        if (!attempt.isDisturbed) return result
        if (++conflicts > retries) {
          throw new TransactionConflictError(
            `A watched key was changed by others in each of ${conflicts} attempts; nothing was executed.`,
            { shard: shard.name, retryable: true },
          )
        }
      } catch (error) {
        if (attempt.hasExecuted || !mayBeginAgain(error)) throw error
        if (runtime.now() >= deadline) {
          throw new CommandTimeoutError(
            `The transaction could not be executed within ${timeout} ms: ${(error as Error).message}`,
            { shard: shard.name, cause: error, retryable: true },
          )
        }
        await new Promise<void>((resolve) => runtime.setTimer(resolve, backoff.next()))
      }
    }
  }

  async #attempt<T>(
    shard: Shard,
    keys: readonly (string | Buffer)[],
    work: WatchedCalls<T>,
    context: WatchContext,
    attempt: Attempt,
  ): Promise<T> {
    const session = await this.#acquire(shard)
    this.#busy.add(session)
    let isClean = false
    try {
      const send = (command: Command) => session.send(command)
      await call(send, context, 'watch', keys)
      const sendWork = (command: Command) => {
        noteExecution(command, attempt)
        this.#context.route(shard, command, session)
      }
      const result = await work(sendWork)
      isClean = attempt.isWatching ? await forgetKeys(session, context) : session.isIdle
      return result
    } finally {
      this.#busy.delete(session)
      this.#release(shard, session, isClean)
    }
  }

  async #acquire(shard: Shard): Promise<WatchSession> {
    const idle = this.#idle.get(shard) ?? []
    for (let session = idle.pop(); session !== undefined; session = idle.pop()) {
      if (session.isUsable) return session
      session.close()
    }
    return this.#context.openSession(shard, this.#abort.signal)
  }

  #release(shard: Shard, session: WatchSession, isClean: boolean): void {
    const idle = this.#idle.get(shard) ?? []
    this.#idle.set(shard, idle)
    const isKept = isClean && session.isUsable && idle.length < mostIdle
    if (isKept && !this.#abort.signal.aborted) idle.push(session)
    else session.close()
  }
}

/** Before the caller hears of it. */
function noteExecution(command: Command, attempt: Attempt): void {
  if (isWatch(command)) attempt.isWatching = true
  if (command.isRead || isWatch(command)) return
  const isTransaction = command.members !== undefined
  if (isTransaction) attempt.isWatching = false
  command.promise.then(
    (reply) => {
      const isRefused = isTransaction && reply === null
      if (isTransaction) attempt.isDisturbed = isRefused
      if (!isRefused) attempt.hasExecuted = true
    },
    (error: Error) => {
      if (isTransaction) attempt.isWatching = true
      const mayBeOfScript = command.info.runsScript && isReplyError(error)
      if (mayBeOfScript || (error instanceof DisredisError && error.mayHaveExecuted)) {
        attempt.hasExecuted = true
      }
    },
  )
}

/**
 * Without an EXEC the keys would be watched for the next caller. It must not fail the attempt, which
 * may have executed its transaction already: a connection that cannot be cleaned is not used again.
 */
async function forgetKeys(session: WatchSession, context: WatchContext): Promise<boolean> {
  try {
    await call((command) => session.send(command), context, 'unwatch', [])
    return session.isIdle
  } catch {
    return false
  }
}

function call(
  send: (command: Command) => void,
  { callPolicy, keyPrefix }: WatchContext,
  name: string,
  args: readonly (string | Buffer)[],
): Promise<unknown> {
  const command = new Command(
    commandInfo(name),
    [...args],
    callPolicy,
    'utf8',
    keyPrefix,
    undefined,
  )
  send(command)
  return command.promise
}

/** Nothing was executed, and another attempt may go better: the master is being replaced. */
function mayBeginAgain(error: unknown): boolean {
  if (error instanceof DisredisError) {
    const isOver = error instanceof TransactionConflictError || error instanceof CommandTimeoutError
    return error.retryable && !error.mayHaveExecuted && !isOver
  }
  return isReplyError(error) && verdictOnAbort(error.message) !== 'surface'
}

function isReplyError(error: unknown): error is Error {
  return error instanceof Error && error.name === 'ReplyError'
}
