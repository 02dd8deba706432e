import type { ConnectionOwner, ShardConnection } from '../connection/shard-connection.js'
import type { WriteBatch } from '../connection/write-batch.js'
import { RetiringConnections } from './retiring-connections.js'
import { swaps } from './swap-channel.js'

interface NamedOwner extends ConnectionOwner {
  readonly name: string
  readonly isLane: boolean
}

/**
 * The connection on which the master of a shard serves. Those that served before retire: until they are
 * closed, and every command of theirs is settled or queued again, nothing may be written.
 */
export class ServingConnection {
  readonly #owner: NamedOwner
  readonly #retiring: RetiringConnections
  #current: ShardConnection | undefined
  #generation = 0

  constructor(owner: NamedOwner, batch: WriteBatch) {
    this.#owner = owner
    this.#retiring = new RetiringConnections(batch)
  }

  get current(): ShardConnection | undefined {
    return this.#current
  }

  /** Counts the connections that served: what a server said holds for its generation only. */
  get generation(): number {
    return this.#generation
  }

  /** Where commands may be written now. */
  get usable(): ShardConnection | undefined {
    const current = this.#current
    const isUsable = current?.isWritable === true && !current.isSilent && this.#retiring.isEmpty
    return isUsable ? current : undefined
  }

  /** It would be usable, but for the bytes that have not left yet. */
  get isCongested(): boolean {
    const current = this.#current
    return current?.isCongested === true && !current.isSilent && this.#retiring.isEmpty
  }

  /** One that served before is not closed yet. */
  get isRetiring(): boolean {
    return !this.#retiring.isEmpty
  }

  /** The present one is closed at once: what a replaced master acknowledges will be lost. */
  replaceBy(connection: ShardConnection): void {
    const from = this.#current?.address
    this.discard()
    this.#current = connection
    this.#generation++
    connection.owner = this.#owner
    if (!swaps.hasSubscribers) return
    const { address: to, id } = connection
    const { name: shard, isLane } = this.#owner
    swaps.publish({ shard, isLane, from, to, id, generation: this.#generation })
  }

  /** Gives the present one up; the replies that are due are waited for: they are true. */
  drain(): void {
    if (this.#current !== undefined) this.#retiring.drain(this.#current)
    this.#current = undefined
  }

  /** Gives the present one up, and closes it at once. */
  discard(): void {
    if (this.#current !== undefined) this.#retiring.discard(this.#current)
    this.#current = undefined
  }

  /** @returns whether it was the present one */
  hasClosed(connection: ShardConnection): boolean {
    this.#retiring.delete(connection)
    if (connection !== this.#current) return false
    this.#current = undefined
    return true
  }

  /** ms for which replies have been due without a byte; 0 if none are. */
  silence(now: number): number {
    const current = this.#current
    return current === undefined || current.inFlight === 0 ? 0 : now - current.waitingSince
  }

  tick(now: number): void {
    this.#retiring.tick(now)
  }

  destroyAll(): void {
    this.#current?.destroy()
    this.#retiring.destroyAll()
  }
}
