import { type Address, formatAddress, isSameAddress } from '@disredis/sentinel'
import type { Command } from '../commands/command.js'
import { deadlineError, queueFullError } from '../queueing/command-errors.js'
import { CommandQueue, type QueueLimits } from '../queueing/command-queue.js'
import { Deadlines } from '../queueing/deadlines.js'
import type { Ticked, Ticker } from '../queueing/ticker.js'
import type { Shard } from '../shard/shard.js'
import { MasterWatch } from './master-watch.js'
import { ReplicaConnection, type ReplicaConnectionContext } from './replica-connection.js'

export interface ShardReplicasContext
  extends Pick<ReplicaConnectionContext, 'runtime' | 'connectTimeout' | 'silenceTimeout' | 'dial'> {
  readonly shard: Shard
  readonly ticker: Ticker
  readonly now: () => number
  readonly limits: QueueLimits
  /** Bytes of the replication stream that a replica may lack. */
  readonly maxLag: number
  /** The replicas that Sentinel names. */
  readonly replicas: () => readonly Address[]
  /** A key of the command was written a moment ago. */
  readonly isRecentlyWritten: (command: Command) => boolean
}

/** The nodes of one shard, for calls that may be answered by others than the master. */
export class ShardReplicas implements Ticked {
  readonly name: string
  readonly #context: ShardReplicasContext
  readonly #readers = new Map<string, ReplicaConnection>()
  readonly #master: MasterWatch
  /** Reads of `readFrom: 'replica'` that no replica can answer now. */
  readonly #waiting: CommandQueue
  readonly #deadlines = new Deadlines()
  #turn = 0

  constructor(context: ShardReplicasContext) {
    this.name = context.shard.name
    this.#context = context
    this.#waiting = new CommandQueue(context.limits, context.shard.name)
    this.#master = new MasterWatch(context.shard, context.runtime)
    this.topologyChanged()
  }

  send(command: Command): void {
    const { shard, now, isRecentlyWritten } = this.#context
    const { readFrom } = command.policy
    if (readFrom === 'master' || !command.isRead || isRecentlyWritten(command)) {
      shard.flow.send(command)
      return
    }
    // A command that waited in the lobby has one: it is absolute, from the call.
    command.deadline ??= now() + command.timeout
    this.#sendToReader(command)
  }

  /** Sentinel may name other replicas. */
  topologyChanged(): void {
    const named = this.#context
      .replicas()
      .filter((it) => !isSameAddress(it, this.#context.shard.master))
    const wanted = new Map(named.map((address) => [formatAddress(address), address]))
    for (const [key, reader] of this.#readers) {
      if (wanted.has(key)) continue
      this.#readers.delete(key)
      reader.close()
    }
    for (const [key, address] of wanted) {
      if (!this.#readers.has(key)) this.#readers.set(key, this.#makeReader(address))
    }
  }

  /** Resolves when no replica has a read pending. */
  async drained(): Promise<void> {
    await Promise.all([...this.#readers.values()].map((reader) => reader.drained()))
  }

  close(): void {
    this.#master.close()
    for (const reader of this.#readers.values()) reader.close()
    this.#readers.clear()
    for (let it = this.#waiting.shift(); it !== undefined; it = this.#waiting.shift()) {
      this.#context.shard.flow.send(it)
    }
  }

  tick(now: number): boolean {
    this.#deadlines.expire(now, (command) => command.abandon(this.#deadlineError(command)))
    return !this.#deadlines.isEmpty
  }

  #makeReader(address: Address): ReplicaConnection {
    const { runtime, connectTimeout, silenceTimeout, dial, ticker } = this.#context
    return new ReplicaConnection(address, {
      runtime,
      connectTimeout,
      silenceTimeout,
      dial,
      ticker,
      onReturned: (command, refusal) => {
        command.refusal = refusal
        this.#sendToReader(command)
      },
      deadlineError: (command) => this.#deadlineError(command),
      onChanged: () => this.#sendWaiting(),
    })
  }

  #sendToReader(command: Command): void {
    const { shard, ticker } = this.#context
    const { readFrom } = command.policy
    const reader = readFrom === 'nearest' ? this.#nearest() : this.#next()
    if (reader !== undefined) reader.send(command)
    else if (readFrom !== 'replica') shard.flow.resend(command)
    else if (this.#waiting.push(command)) {
      this.#deadlines.add(command)
      ticker.watch(this)
    } else command.fail(queueFullError(this.name, this.#context.limits, undefined))
  }

  #sendWaiting(): void {
    while (this.#waiting.length > 0 && this.#usable().length > 0) {
      const command = this.#waiting.shift()
      if (command !== undefined) this.#sendToReader(command)
    }
  }

  #usable(): ReplicaConnection[] {
    const least = this.#master.offset - this.#context.maxLag
    return [...this.#readers.values()].filter((it) => it.isUsable && it.offset >= least)
  }

  /** In turn. */
  #next(): ReplicaConnection | undefined {
    const usable = this.#usable()
    return usable[this.#turn++ % usable.length]
  }

  #nearest(): ReplicaConnection | undefined {
    const [first] = this.#usable().sort((a, b) => a.roundTrip - b.roundTrip)
    return first !== undefined && first.roundTrip < this.#master.roundTrip ? first : undefined
  }

  #deadlineError(command: Command): Error {
    return deadlineError(command, this.name, this.#usable().length > 0, command.refusal)
  }
}
