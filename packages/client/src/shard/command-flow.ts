import {
  ConnectionLostError,
  DisredisError,
  type Runtime,
  withoutArguments,
} from '@disredis/connection'
import type { Command } from '../commands/command.js'
import { verdictOnLoss, verdictOnReply } from '../commands/verdicts.js'
import type { ShardConnection } from '../connection/shard-connection.js'
import type { WriteBatch } from '../connection/write-batch.js'
import {
  closedError,
  closedOnWireError,
  deadlineError,
  outcomeUnknownError,
  queueFullError,
} from '../queueing/command-errors.js'
import { CommandQueue, type QueueLimits } from '../queueing/command-queue.js'
import { Deadlines } from '../queueing/deadlines.js'
import { RefusalPause } from './refusal-pause.js'
import { retries } from './retry-channel.js'

export interface CommandFlowContext {
  /** The shard's name. */
  readonly name: string
  /** The flow of a lane of that shard. */
  readonly isLane: boolean
  readonly limits: QueueLimits
  readonly runtime: Runtime
  readonly batch: WriteBatch
  /** There is something to be ticked for. */
  readonly onPending: () => void
  /** What stands in the way of the shard, told with commands whose time is over. */
  readonly lastError: () => DisredisError | undefined
  /** The master serves, and takes what waits as fast as the link allows. */
  readonly isCongested: () => boolean
  /** Counts the connections that served. */
  readonly generation: () => number
}

/**
 * The commands of one shard, from the call to the settled promise: queued, written, handed back,
 * expired. It is told where it may write.
 *
 * Invariants:
 * - an unsettled command is in the queue, or carried by exactly one connection;
 * - commands are written in the order of their issue, returned ones first;
 * - a write whose reply is missing is never sent again unless its effect and policy allow it;
 * - every command is settled when its deadline has passed and a tick followed.
 */
export class CommandFlow {
  readonly name: string
  readonly #context: CommandFlowContext
  readonly #queue: CommandQueue
  readonly #deadlines = new Deadlines()
  readonly #pause: RefusalPause
  #writeTarget: ShardConnection | undefined
  #readTarget: ShardConnection | undefined
  #sequence = 0
  #isTicked = false
  #isClosed = false

  constructor(context: CommandFlowContext) {
    this.name = context.name
    this.#context = context
    this.#queue = new CommandQueue(context.limits, context.name, context.isLane)
    this.#pause = new RefusalPause(context.runtime, () => this.#tryRefused())
  }

  get queued(): { readonly commands: number; readonly bytes: number } {
    return { commands: this.#queue.length, bytes: this.#queue.bytes }
  }

  get generation(): number {
    return this.#context.generation()
  }

  send(command: Command): void {
    const { batch } = this.#context
    // A command that waited in the lobby has one: it is absolute, from the call.
    if (command.deadline === undefined) command.startClock(batch.countCommand())
    else if (this.#isOverdue(command)) return
    if (this.#accept(command)) this.#watch(command)
  }

  /** Takes over a command whose deadline runs already. */
  resend(command: Command): void {
    if (this.#isOverdue(command) || !this.#accept(command)) return
    this.#deadlines.addLate(command, this.#context.batch.now())
    this.#startTicking()
  }

  /** Its deadline passed while the event loop was held up: it was rejected, and is not to be sent. */
  #isOverdue(command: Command): boolean {
    if (command.deadline! > this.#context.batch.now()) return false
    this.#expire(command)
    return true
  }

  /** False if the queue is full or the shard closed: the command has failed. */
  #accept(command: Command): boolean {
    if (this.#isClosed) {
      command.fail(closedError(this.name))
      return false
    }
    command.sequence = this.#sequence++
    const target = command.isRead ? this.#readTarget : this.#writeTarget
    if (target !== undefined && this.#queue.length === 0) {
      command.writeTo(target.wire, target)
      return true
    }
    const { name, limits, lastError, isCongested } = this.#context
    // What waits for a link waits for its callers: the limits are of what waits for a master.
    if (this.#queue.push(command) || (isCongested() && this.#queue.push(command, false)))
      return true
    command.fail(queueFullError(name, limits, lastError()))
    return false
  }

  /** Where commands may be written from now on; what waits for it is written. */
  setTargets(write: ShardConnection | undefined, read: ShardConnection | undefined): void {
    this.#writeTarget = write
    this.#readTarget = read
    this.#writeQueued()
  }

  /** A new master serves: what the one before refused may be tried at once. */
  forgetRefusals(): void {
    this.#pause.clear()
  }

  /**
   * A connection failed a command: it is settled, or queued to be sent again.
   *
   * @returns true if the reply says that the node is no longer a master
   */
  takeBack(command: Command, error: Error, connection: ShardConnection): boolean {
    if (error.name === 'ReplyError')
      return this.#refused(command, replyError(command, error), connection)
    const isLoss = error instanceof ConnectionLostError
    if (!isLoss && error instanceof DisredisError) {
      command.fail(error)
      return false
    }
    const wasSent = connection.hasSent(command)
    if (verdictOnLoss(command.effect, command.policy, wasSent) === 'send again') {
      const mayHaveExecuted = wasSent && !command.isRead
      if (mayHaveExecuted) command.hasLostAttempt = true
      this.#tellRetry(command, connection, 'LOST', mayHaveExecuted)
      this.#queue.giveBack(command)
    } else {
      const { name } = this.#context
      command.fail(outcomeUnknownError(command, name, connection.where, withoutArguments(error)))
    }
    return false
  }

  /** What waits will not be sent: trying again is of no use. */
  rejectQueued(error: DisredisError): void {
    for (let it = this.#queue.shift(); it !== undefined; it = this.#queue.shift()) it.fail(error)
  }

  /** @returns whether commands are pending. */
  tick(now: number): boolean {
    this.#expireOverdue(now)
    if (this.#pause.isOver()) this.#writeQueued()
    this.#isTicked = !this.#deadlines.isEmpty
    return this.#isTicked
  }

  /** Rejects what is pending: final. */
  close(): void {
    this.#isClosed = true
    this.#pause.clear()
    this.#writeTarget = undefined
    this.#readTarget = undefined
    const { name } = this.#context
    this.#deadlines.expire(Number.POSITIVE_INFINITY, (command) => {
      const error = closedError(name)
      const isWrittenWrite =
        command.hasLostAttempt || (command.carrier !== undefined && !command.isRead)
      command.fail(isWrittenWrite ? closedOnWireError(name) : error)
    })
  }

  #refused(command: Command, error: Error, connection: ShardConnection): boolean {
    const verdict = verdictOnReply(error.message, command)
    if (verdict === 'surface') {
      command.fail(error)
      return false
    }
    if (verdict === 'reload' && !command.reload()) {
      command.fail(error)
      return false
    }
    command.refusal = error
    this.#tellRetry(command, connection, error.message.split(' ', 1)[0]!, false)
    this.#queue.giveBack(command)
    if (verdict === 'reload') this.#writeQueued()
    if (verdict === 'later' && connection === this.#writeTarget) this.#pause.begin()
    return verdict === 'demoted'
  }

  #tellRetry(
    { info }: Command,
    { address }: ShardConnection,
    reason: string,
    mayHaveExecuted: boolean,
  ): void {
    if (!retries.hasSubscribers) return
    retries.publish({ shard: this.name, command: info.name, address, reason, mayHaveExecuted })
  }

  #writeQueued(): void {
    const target = this.#writeTarget
    if (target === undefined || this.#pause.isHolding) return
    // After a pause of the event loop the news of a master may come before the ticker.
    if (this.#queue.length > 0) this.#expireOverdue(this.#context.batch.now())
    // A node that refuses or dies meanwhile takes the target away.
    while (target === this.#writeTarget && target.isWritable) {
      const command = this.#queue.shift()
      if (command === undefined) return
      command.writeTo(target.wire, target)
    }
  }

  /** Sends the oldest refused command alone; its fate tells whether the others may follow. */
  #tryRefused(): void {
    const target = this.#writeTarget
    const trial = target === undefined ? undefined : this.#queue.shift()
    if (target === undefined || trial === undefined) return
    this.#pause.try(trial)
    trial.writeTo(target.wire, target)
  }

  #watch(command: Command): void {
    this.#deadlines.add(command)
    this.#startTicking()
  }

  #startTicking(): void {
    if (this.#isTicked) return
    this.#isTicked = true
    this.#context.onPending()
  }

  #expireOverdue(now: number): void {
    this.#deadlines.expire(now, (command) => this.#expire(command))
  }

  #expire(command: Command): void {
    const { name, lastError } = this.#context
    const hasMaster = this.#writeTarget !== undefined || this.#readTarget !== undefined
    command.abandon(deadlineError(command, name, hasMaster, command.refusal ?? lastError()))
  }
}

/** The server's error with the name of the command, as ioredis gives it, and without its arguments. */
export function replyError(command: Command, error: Error): Error {
  return Object.assign(withoutArguments(error), { command: { name: command.info.name } })
}
