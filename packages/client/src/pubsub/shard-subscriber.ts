import type { Address, DisredisError, Runtime, Timer } from '@disredis/sentinel'
import { isSameAddress, withoutArguments } from '@disredis/sentinel'
import type { NodeConnection } from '../connection/node-connection.js'
import type { ConnectionOwner } from '../connection/shard-connection.js'
import { Backoff } from '../queueing/backoff.js'
import { closedError } from '../queueing/command-errors.js'
import { MasterDialler } from '../shard/master-dialler.js'
import { ending, type SubscriptionKind, subscriptionKinds } from './subscription-kind.js'
import { WantedSubscriptions } from './wanted-subscriptions.js'

export interface ShardSubscriberContext {
  readonly shard: string
  readonly runtime: Runtime
  /** ms for one dial, for ROLE, and for the answer to a PING. */
  readonly connectTimeout: number
  readonly dial: (address: Address, signal: AbortSignal) => Promise<NodeConnection>
  /** Where the shard's master is, as far as the shard knows. */
  readonly masterAddress: () => Address | undefined
  /** A message frame, as ioredis tells it: `message`, `pmessage`, `smessage`. */
  readonly onMessage: (kind: MessageKind, parts: readonly Buffer[]) => void
  /**
   * Every subscription was restored, `duration` ms after the last sign of life of the connection before;
   * what was published meanwhile may be lost.
   */
  readonly onRestored: (duration: number) => void
  /** The server refuses a subscription that it took before; it is tried again with each connection. */
  readonly onRefused: (error: Error) => void
}

export type MessageKind = 'message' | 'pmessage' | 'smessage'

const messageKinds: ReadonlyMap<string, MessageKind> = new Map([
  ['message', 'message'],
  ['pmessage', 'pmessage'],
  ['smessage', 'smessage'],
])

/** ms between two PINGs: a subscription is silent by nature, so silence says nothing. */
const pingInterval = 1000

/**
 * The subscriptions on one shard, over a connection of their own. They are wanted until they are
 * given up: whenever a master is reached again, all of them are restored.
 */
export class ShardSubscriber implements ConnectionOwner {
  readonly #context: ShardSubscriberContext
  readonly #dialler: MasterDialler<NodeConnection>
  readonly #wanted = new WantedSubscriptions()
  #connection: NodeConnection | undefined
  /** The connection on which everything that is wanted is subscribed. */
  #restored: NodeConnection | undefined
  /** When the connection last said something. */
  #aliveAt = 0
  /** Since when nothing is sure to have been heard. */
  #lostAt: number | undefined
  #pingTimer: Timer | undefined
  #isClosed = false
  lastError: DisredisError | undefined

  constructor(context: ShardSubscriberContext) {
    this.#context = context
    this.#dialler = new MasterDialler({
      shard: context.shard,
      runtime: context.runtime,
      dial: (address, signal) => context.dial(address, signal),
      roleTimeout: context.connectTimeout,
      backoff: new Backoff(25, 1000, context.runtime.random),
      address: context.masterAddress,
      onMaster: (connection) => this.#adopt(connection),
      onFailure: (_address, error) => {
        this.lastError = error
      },
    })
  }

  /** What is subscribed, or will be. */
  get wanted(): Pick<WantedSubscriptions, 'counts' | 'shardChannels' | 'names' | 'has'> {
    return this.#wanted
  }

  /**
   * Resolves when the server has confirmed. A shard without a master is waited for. Rejects with the
   * server's refusal, and with `ClosedError` when it is closed before.
   */
  async add(kind: SubscriptionKind, names: readonly (string | Buffer)[]): Promise<void> {
    const isFirst = this.#wanted.isEmpty
    this.#wanted.add(kind, names)
    if (isFirst && this.#connection === undefined) this.#dialler.restart()
    const connection = this.#restored
    if (connection !== undefined && (await this.#tell(connection, kind, names))) return
    if (!this.#isClosed) await this.#wanted.wait(kind, names)
    if (this.#isClosed) throw closedError(this.#context.shard)
  }

  /** Resolves when the server has confirmed, or there is no connection that could deliver. */
  async remove(kind: SubscriptionKind, names: readonly (string | Buffer)[]): Promise<void> {
    // Without names it would end all subscriptions.
    if (names.length === 0) return
    this.#wanted.delete(kind, names)
    const connection = this.#connection
    if (connection !== undefined) await this.#tell(connection, ending[kind], names)
    if (this.#wanted.isEmpty) this.#disconnect()
  }

  /** The shard is served by another node, or again. */
  masterChanged(): void {
    if (this.#wanted.isEmpty || this.#isClosed) return
    const address = this.#context.masterAddress()
    if (address === undefined || isSameAddress(address, this.#connection?.address)) return
    this.#dialler.restart()
  }

  close(): void {
    this.#isClosed = true
    this.#wanted.clear()
    this.#disconnect()
  }

  commandFailed(): void {}

  connectionChanged(): void {}

  connectionClosed(connection: unknown): void {
    if (connection !== this.#connection) return
    this.#forgetConnection()
    this.#lostAt ??= this.#aliveAt
    if (!this.#isClosed && !this.#wanted.isEmpty) this.#dialler.restartSoon()
  }

  #adopt(connection: NodeConnection): void {
    if (this.#isClosed || this.#wanted.isEmpty || connection.isClosed) {
      connection.destroy()
      if (!this.#isClosed && !this.#wanted.isEmpty) this.#dialler.restartSoon()
      return
    }
    const old = this.#connection
    if (old !== undefined) {
      this.#lostAt ??= this.#aliveAt
      this.#forgetConnection()
      old.owner = undefined
      old.destroy()
    }
    this.#connection = connection
    connection.owner = this
    this.#listen(connection)
    void this.#restore(connection)
    this.#ping(connection)
  }

  #listen(connection: NodeConnection): void {
    connection.onPush = ([kind, ...parts]) => {
      const messageKind = messageKinds.get(String(kind))
      if (messageKind === undefined || connection !== this.#connection) return
      this.#aliveAt = this.#context.runtime.now()
      this.#context.onMessage(messageKind, parts as Buffer[])
    }
  }

  async #restore(connection: NodeConnection): Promise<void> {
    this.#wanted.begin()
    for (let isComplete = false; !isComplete; ) {
      isComplete = true
      for (const kind of subscriptionKinds) {
        const names = this.#wanted.takeUntold(kind)
        if (names.length === 0) continue
        // Names may be added meanwhile.
        isComplete = false
        if (!(await this.#tellEach(connection, kind, names))) return
      }
    }
    if (connection !== this.#connection) return
    this.#restored = connection
    const lostAt = this.#lostAt
    this.#aliveAt = this.#context.runtime.now()
    this.#lostAt = undefined
    this.lastError = undefined
    this.#wanted.settle()
    if (lostAt !== undefined) this.#context.onRestored(this.#aliveAt - lostAt)
  }

  /** As {@link #tell}; what the server refuses keeps nothing else from being subscribed. */
  async #tellEach(
    connection: NodeConnection,
    kind: SubscriptionKind,
    names: readonly (string | Buffer)[],
  ): Promise<boolean> {
    try {
      return await this.#tell(connection, kind, names)
    } catch (error) {
      if (names.length > 1) {
        const told = await Promise.all(names.map((it) => this.#tellEach(connection, kind, [it])))
        return told.every(Boolean)
      }
      const refusal = error as Error
      if (!this.#wanted.refuse(kind, names[0]!, refusal)) this.#context.onRefused(refusal)
      return true
    }
  }

  /**
   * False if the connection was lost; the names are subscribed when there is another. Rejects with the
   * refusal of the server.
   */
  async #tell(
    connection: NodeConnection,
    command: SubscriptionKind | (typeof ending)[SubscriptionKind],
    names: readonly (string | Buffer)[],
  ): Promise<boolean> {
    const { wire } = connection
    try {
      if (command === 'ssubscribe' || command === 'sunsubscribe') {
        // Redis takes shard channels of one slot only at a time.
        await Promise.all(names.map((name) => wire.subscribe(command, name)))
      } else {
        await wire.subscribe(command, ...names)
      }
      return true
    } catch (error) {
      if ((error as Error).name !== 'ReplyError') return false
      throw Object.assign(withoutArguments(error as Error), { command: { name: command } })
    }
  }

  #ping(connection: NodeConnection): void {
    const { runtime, connectTimeout } = this.#context
    this.#pingTimer = runtime.setTimer(() => {
      this.#pingTimer = runtime.setTimer(() => connection.destroy(), connectTimeout)
      connection.wire.request('PING').then(
        () => {
          if (connection !== this.#connection) return
          this.#aliveAt = this.#context.runtime.now()
          this.#pingTimer?.cancel()
          this.#ping(connection)
        },
        () => connection.destroy(),
      )
    }, pingInterval)
  }

  #disconnect(): void {
    this.#dialler.stop()
    const connection = this.#connection
    this.#forgetConnection()
    this.#lostAt = undefined
    this.#wanted.settle()
    connection?.destroy()
  }

  #forgetConnection(): void {
    this.#pingTimer?.cancel()
    this.#pingTimer = undefined
    this.#connection = undefined
    this.#restored = undefined
  }
}
