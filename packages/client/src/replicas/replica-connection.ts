import type { Address, Runtime, Timer } from '@disredis/sentinel'
import type { Command } from '../commands/command.js'
import { verdictOnReply } from '../commands/verdicts.js'
import type { ConnectionOwner, NodeRole, ShardConnection } from '../connection/shard-connection.js'
import { Backoff } from '../queueing/backoff.js'
import { Deadlines } from '../queueing/deadlines.js'
import type { Ticked, Ticker } from '../queueing/ticker.js'
import { replyError } from '../shard/command-flow.js'

export interface ReplicaConnectionContext {
  readonly runtime: Runtime
  readonly ticker: Ticker
  readonly connectTimeout: number
  /** ms without a byte, while replies are due, after which it is left. */
  readonly silenceTimeout: number
  readonly dial: (address: Address, signal: AbortSignal) => Promise<ShardConnection>
  /** The replica did not answer this read: it is asked elsewhere. */
  readonly onReturned: (command: Command, refusal: Error | undefined) => void
  /** What a command whose time is over is rejected with. */
  readonly deadlineError: (command: Command) => Error
  /** It can be read from now, or no longer. */
  readonly onChanged: () => void
}

/** ms between two questions for role and offset. */
const roleInterval = 1000

/** By its reply the replica says that it cannot be read from now. */
function isRefusal({ message }: Error, command: Command): boolean {
  if (message.startsWith('NOAUTH')) return true
  return verdictOnReply(message, command) !== 'surface' && !message.startsWith('READONLY')
}

/**
 * One replica to read from. It is usable while it says that it is a replica, linked to its master;
 * when it fails or falls silent its reads are handed back, and it is dialled again.
 */
export class ReplicaConnection implements ConnectionOwner, Ticked {
  readonly address: Address
  readonly #context: ReplicaConnectionContext
  readonly #abort = new AbortController()
  readonly #backoff: Backoff
  readonly #deadlines = new Deadlines()
  readonly #drainWaiters: (() => void)[] = []
  #connection: ShardConnection | undefined
  #role: NodeRole | undefined
  /** ms that the last ROLE took. */
  #roundTrip = Number.POSITIVE_INFINITY
  #timer: Timer | undefined

  constructor(address: Address, context: ReplicaConnectionContext) {
    this.address = address
    this.#context = context
    this.#backoff = new Backoff(50, 2000, context.runtime.random)
    this.#dial()
  }

  get isUsable(): boolean {
    return this.#role?.isLinkedReplica === true && this.#connection?.isWritable === true
  }

  /** Bytes of the replication stream that it has. */
  get offset(): number {
    return this.#role?.offset ?? 0
  }

  get roundTrip(): number {
    return this.#roundTrip
  }

  /** Only a read, and only while {@link isUsable}. Its deadline is set. */
  send(command: Command): void {
    this.#deadlines.add(command)
    this.#context.ticker.watch(this)
    const connection = this.#connection!
    command.writeTo(connection.wire, connection)
  }

  /** Resolves when no read is pending here. */
  drained(): Promise<void> {
    return new Promise((resolve) => {
      this.#drainWaiters.push(resolve)
      this.#context.ticker.watch(this)
    })
  }

  close(): void {
    this.#abort.abort()
    this.#timer?.cancel()
    this.#leave()
    this.#settleDrainWaiters()
  }

  tick(now: number): boolean {
    const connection = this.#connection
    if (connection !== undefined && connection.inFlight > 0) {
      const silence = now - connection.waitingSince - connection.roundTrip
      if (silence > this.#context.silenceTimeout) this.#leave()
    }
    this.#deadlines.expire(now, (command) => command.abandon(this.#context.deadlineError(command)))
    if (this.#deadlines.isEmpty) this.#settleDrainWaiters()
    return !this.#deadlines.isEmpty
  }

  commandFailed(command: Command, error: Error): void {
    const reply = error.name === 'ReplyError' ? replyError(command, error) : undefined
    if (reply !== undefined && verdictOnReply(reply.message, command) === 'reload') {
      if (command.reload()) this.#context.onReturned(command, reply)
      else command.fail(reply)
      return
    }
    if (reply !== undefined && !isRefusal(reply, command)) {
      command.fail(reply)
      return
    }
    if (reply !== undefined) this.#leave()
    this.#context.onReturned(command, reply)
  }

  connectionClosed(connection: ShardConnection): void {
    if (connection === this.#connection) this.#leave()
  }

  connectionChanged(): void {}

  #settleDrainWaiters(): void {
    for (const resolve of this.#drainWaiters.splice(0)) resolve()
  }

  #dial(): void {
    const { dial, connectTimeout } = this.#context
    const { signal } = this.#abort
    dial(this.address, signal)
      .then(async (connection) => {
        const role = await connection.role(signal, connectTimeout)
        if (signal.aborted || !role.isLinkedReplica) {
          connection.destroy()
          throw new Error('not a linked replica')
        }
        this.#backoff.reset()
        this.#connection = connection
        this.#role = role
        connection.owner = this
        this.#askLater()
        this.#context.onChanged()
      })
      .catch(() => this.#dialLater())
  }

  #dialLater(): void {
    if (this.#abort.signal.aborted) return
    this.#timer = this.#context.runtime.setTimer(() => this.#dial(), this.#backoff.next())
  }

  #askLater(): void {
    const { runtime, connectTimeout, onChanged } = this.#context
    this.#timer = runtime.setTimer(() => {
      const connection = this.#connection
      if (connection === undefined) return
      const asked = runtime.now()
      connection.role(this.#abort.signal, connectTimeout).then(
        (role) => {
          if (connection !== this.#connection) return
          this.#roundTrip = runtime.now() - asked
          this.#role = role
          if (role.isLinkedReplica) this.#askLater()
          else this.#leave()
          onChanged()
        },
        // The connection was destroyed, and says so itself.
        () => {},
      )
    }, roleInterval)
  }

  #leave(): void {
    const connection = this.#connection
    if (connection === undefined) return
    this.#connection = undefined
    this.#role = undefined
    this.#timer?.cancel()
    connection.destroy()
    this.#context.onChanged()
    this.#dialLater()
  }
}
