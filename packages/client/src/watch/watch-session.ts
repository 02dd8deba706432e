import { type Address, withoutArguments } from '@disredis/sentinel'
import type { Command, ReplyHold } from '../commands/command.js'
import { verdictOnReply } from '../commands/verdicts.js'
import type { ConnectionOwner, ShardConnection } from '../connection/shard-connection.js'
import type { WriteBatch } from '../connection/write-batch.js'
import { ConnectionError, RoleMismatchError } from '../errors.js'
import { deadlineError, outcomeUnknownError } from '../queueing/command-errors.js'
import { Deadlines } from '../queueing/deadlines.js'
import type { Ticked, Ticker } from '../queueing/ticker.js'
import type { Shard, ShardSession } from '../shard/shard.js'

export interface WatchSessionContext {
  readonly shard: Shard
  readonly batch: WriteBatch
  readonly ticker: Ticker
  /** ms for the dial and for ROLE. */
  readonly connectTimeout: number
  readonly dial: (address: Address, signal: AbortSignal) => Promise<ShardConnection>
}

/**
 * A connection for one caller at a time: WATCH counts for the connection that said it. It lives as
 * long as the shard is served by the node it was made for; nothing of it is ever sent again.
 */
export class WatchSession implements ConnectionOwner, ShardSession, Ticked {
  readonly #context: WatchSessionContext
  readonly #connection: ShardConnection
  /** Of the shard, when its master was dialled. */
  readonly generation: number
  readonly #deadlines = new Deadlines()

  private constructor(
    context: WatchSessionContext,
    connection: ShardConnection,
    generation: number,
  ) {
    this.#context = context
    this.#connection = connection
    this.generation = generation
    connection.owner = this
    context.shard.attach(this)
  }

  /** Rejects with a typed, mostly retryable error if the shard has no master now. */
  static async open(context: WatchSessionContext, signal: AbortSignal): Promise<WatchSession> {
    const { shard, dial, connectTimeout } = context
    const { generation, master } = shard
    if (!shard.takesWrites || master === undefined) throw noMaster(shard)
    const connection = await dial(master, signal)
    const { isMaster } = await connection.role(signal, connectTimeout)
    const session = new WatchSession(context, connection, generation)
    if (isMaster && session.isUsable) return session
    session.close()
    throw isMaster
      ? noMaster(shard)
      : new RoleMismatchError(`The node at ${connection.where} is no longer a master.`, {
          shard: shard.name,
          address: connection.where,
          retryable: true,
        })
  }

  /** False when the master is being replaced or was: what it acknowledges may be lost. */
  get isUsable(): boolean {
    const { shard } = this.#context
    return shard.takesWrites && shard.generation === this.generation && this.#connection.isWritable
  }

  get isIdle(): boolean {
    return this.#connection.inFlight === 0
  }

  send(command: Command): void {
    if (!this.isUsable) {
      command.fail(noMaster(this.#context.shard))
      return
    }
    command.startClock(this.#context.batch.countCommand())
    this.#deadlines.add(command)
    this.#write(command)
  }

  /** As {@link send}, of a command whose deadline runs already. */
  resend(command: Command): void {
    if (!this.isUsable) {
      command.fail(noMaster(this.#context.shard))
      return
    }
    this.#deadlines.addLate(command, this.#context.batch.now())
    this.#write(command)
  }

  /** Of the shard: replies to writes go there while its master is being replaced. */
  set replyHold(hold: ReplyHold | undefined) {
    this.#connection.replyHold = hold
  }

  /** Of the shard: another node serves. What is in flight rejects. */
  end(): void {
    this.#connection.destroy()
  }

  close(): void {
    this.#context.shard.detach(this)
    this.#connection.destroy()
  }

  tick(now: number): boolean {
    const { name } = this.#context.shard
    this.#deadlines.expire(now, (command) =>
      command.abandon(deadlineError(command, name, true, undefined)),
    )
    return !this.#deadlines.isEmpty
  }

  commandFailed(command: Command, error: Error): void {
    const { shard } = this.#context
    if (error.name === 'ReplyError') {
      const isUnknownScript = verdictOnReply(error.message, command) === 'reload'
      if (isUnknownScript && command.reload()) this.#write(command)
      else command.fail(withoutArguments(error))
    } else if (
      command.isRead ||
      command.info.name === 'watch' ||
      !this.#connection.hasSent(command)
    ) {
      command.fail(noMaster(shard))
    } else {
      command.fail(outcomeUnknownError(command, shard.name, this.#connection.where, error))
    }
  }

  connectionClosed(): void {}

  connectionChanged(): void {}

  #write(command: Command): void {
    this.#context.ticker.watch(this)
    command.writeTo(this.#connection.wire, this.#connection)
  }
}

function noMaster(shard: Shard): ConnectionError {
  const { isFenced, lastError } = shard.health()
  const why = isFenced ? ` ${lastError?.message}` : ' Its master is being replaced.'
  return new ConnectionError(`Shard '${shard.name}' takes no transaction now.${why}`, {
    shard: shard.name,
    cause: lastError,
    retryable: true,
  })
}
