import type { Address, DisredisError, Runtime, Timer } from '@disredis/sentinel'
import { isSameAddress } from '@disredis/sentinel'
import type { Redis } from 'ioredis'
import type { MasterConnection } from '../connection/master-connection.js'
import type { ConnectionOwner } from '../connection/shard-connection.js'
import { Backoff } from '../shard/backoff.js'
import { closedError } from '../shard/command-errors.js'
import { MasterDialler } from '../shard/master-dialler.js'
import { ending, type SubscriptionKind, subscriptionKinds } from './subscription-kind.js'

export interface ShardSubscriberContext {
  readonly shard: string
  readonly runtime: Runtime
  /** ms for one dial, for ROLE, and for the answer to a PING. */
  readonly connectTimeout: number
  readonly dial: (address: Address, signal: AbortSignal) => Promise<MasterConnection>
  /** Where the shard's master is, as far as the shard knows. */
  readonly masterAddress: () => Address | undefined
  /** A message frame, as ioredis tells it: `message`, `pmessage`, `smessage`. */
  readonly onMessage: (kind: MessageKind, parts: readonly Buffer[]) => void
  /** Every subscription was restored after `duration` ms without; what was published meanwhile is lost. */
  readonly onRestored: (duration: number) => void
}

export type MessageKind = 'message' | 'pmessage' | 'smessage'

const messageKinds: readonly MessageKind[] = ['message', 'pmessage', 'smessage']

/** ms between two PINGs: a subscription is silent by nature, so silence says nothing. */
const pingInterval = 1000

/**
 * The subscriptions on one shard, over a connection of their own. They are wanted until they are
 * given up: whenever a master is reached again, all of them are restored.
 */
export class ShardSubscriber implements ConnectionOwner {
  readonly #context: ShardSubscriberContext
  readonly #dialler: MasterDialler
  readonly #wanted: Record<SubscriptionKind, Map<string, string | Buffer>> = {
    subscribe: new Map(),
    psubscribe: new Map(),
    ssubscribe: new Map(),
  }
  readonly #waiters = new Set<() => void>()
  #connection: MasterConnection | undefined
  /** The connection on which everything that is wanted is subscribed. */
  #restored: MasterConnection | undefined
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
      onMaster: (connection) => this.#adopt(connection as MasterConnection),
      onFailure: (_address, error) => {
        this.lastError = error
      },
    })
  }

  get isEmpty(): boolean {
    return subscriptionKinds.every((kind) => this.#wanted[kind].size === 0)
  }

  count(kinds: readonly SubscriptionKind[]): number {
    return kinds.reduce((sum, kind) => sum + this.#wanted[kind].size, 0)
  }

  names(kind: SubscriptionKind): (string | Buffer)[] {
    return [...this.#wanted[kind].values()]
  }

  /**
   * Resolves when the server has confirmed. A shard without a master is waited for. Rejects with
   * `ClosedError` when it is closed before.
   */
  async add(kind: SubscriptionKind, names: readonly (string | Buffer)[]): Promise<void> {
    const isFirst = this.isEmpty
    for (const name of names) this.#wanted[kind].set(keyOf(name), name)
    if (isFirst && this.#connection === undefined) this.#dialler.restart()
    const connection = this.#restored
    if (connection !== undefined && (await this.#tell(connection, kind, names))) return
    if (!this.#isClosed) await new Promise<void>((resolve) => this.#waiters.add(resolve))
    if (this.#isClosed) throw closedError(this.#context.shard)
  }

  /** Resolves when the server has confirmed, or there is no connection that could deliver. */
  async remove(kind: SubscriptionKind, names: readonly (string | Buffer)[]): Promise<void> {
    for (const name of names) this.#wanted[kind].delete(keyOf(name))
    const connection = this.#connection
    if (connection !== undefined) await this.#tell(connection, ending[kind], names)
    if (this.isEmpty) this.#disconnect()
  }

  /** The shard is served by another node, or again. */
  masterChanged(): void {
    if (this.isEmpty || this.#isClosed) return
    const address = this.#context.masterAddress()
    if (address === undefined || isSameAddress(address, this.#connection?.address)) return
    this.#dialler.restart()
  }

  close(): void {
    this.#isClosed = true
    for (const kind of subscriptionKinds) this.#wanted[kind].clear()
    this.#disconnect()
  }

  commandFailed(): void {}

  connectionChanged(): void {}

  connectionClosed(connection: unknown): void {
    if (connection !== this.#connection) return
    this.#forgetConnection()
    this.#lostAt ??= this.#context.runtime.now()
    if (!this.#isClosed && !this.isEmpty) this.#dialler.restartSoon()
  }

  #adopt(connection: MasterConnection): void {
    if (this.#isClosed || this.isEmpty || connection.isClosed) {
      connection.destroy()
      if (!this.#isClosed && !this.isEmpty) this.#dialler.restartSoon()
      return
    }
    const old = this.#connection
    if (old !== undefined) {
      this.#lostAt ??= this.#context.runtime.now()
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

  #listen({ redis }: MasterConnection): void {
    for (const kind of messageKinds) {
      redis.on(`${kind}Buffer`, (...parts: Buffer[]) => this.#context.onMessage(kind, parts))
    }
  }

  async #restore(connection: MasterConnection): Promise<void> {
    for (const kind of subscriptionKinds) {
      const names = this.names(kind)
      if (names.length > 0 && !(await this.#tell(connection, kind, names))) return
    }
    if (connection !== this.#connection) return
    // Names that were added meanwhile are subscribed too, before anyone is told.
    if (this.#restored !== connection) {
      this.#restored = connection
      await this.#restore(connection)
      return
    }
    const lostAt = this.#lostAt
    this.#lostAt = undefined
    this.lastError = undefined
    for (const resolve of this.#waiters) resolve()
    this.#waiters.clear()
    if (lostAt !== undefined) this.#context.onRestored(this.#context.runtime.now() - lostAt)
  }

  /** False if the connection was lost; the names are subscribed when there is another. */
  async #tell(
    connection: MasterConnection,
    command: SubscriptionKind | (typeof ending)[SubscriptionKind],
    names: readonly (string | Buffer)[],
  ): Promise<boolean> {
    try {
      if (command === 'ssubscribe' || command === 'sunsubscribe') {
        // Redis takes shard channels of one slot only at a time.
        for (const name of names) await connection.redis[command](name)
      } else {
        await (connection.redis[command] as Redis['subscribe'])(...(names as string[]))
      }
      return true
    } catch (error) {
      if ((error as Error).name === 'ReplyError') throw error
      return false
    }
  }

  #ping(connection: MasterConnection): void {
    const { runtime, connectTimeout } = this.#context
    this.#pingTimer = runtime.setTimer(() => {
      this.#pingTimer = runtime.setTimer(() => connection.destroy(), connectTimeout)
      connection.redis.ping().then(
        () => {
          if (connection !== this.#connection) return
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
    for (const resolve of this.#waiters) resolve()
    this.#waiters.clear()
    connection?.destroy()
  }

  #forgetConnection(): void {
    this.#pingTimer?.cancel()
    this.#pingTimer = undefined
    this.#connection = undefined
    this.#restored = undefined
  }
}

/** Binary names are told apart byte by byte. */
function keyOf(name: string | Buffer): string {
  return typeof name === 'string' ? Buffer.from(name).toString('latin1') : name.toString('latin1')
}
