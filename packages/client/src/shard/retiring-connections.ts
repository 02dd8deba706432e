import type { ShardConnection } from '../connection/shard-connection.js'
import type { WriteBatch } from '../connection/write-batch.js'

/** ms of silence, beyond the way there and back, after which the replies still due are not waited for. */
const longestSilence = 100

/**
 * Connections that were replaced and are not closed yet. Until they are, their commands are neither
 * settled nor queued again, and nothing may be written elsewhere.
 */
export class RetiringConnections {
  readonly #batch: WriteBatch
  readonly #connections = new Set<ShardConnection>()

  constructor(batch: WriteBatch) {
    this.#batch = batch
  }

  get isEmpty(): boolean {
    return this.#connections.size === 0
  }

  /** Waits for the replies that are due: they are true, the node only refuses what is new. */
  drain(connection: ShardConnection): void {
    if (connection.isClosed) return
    this.#connections.add(connection)
    this.tick(this.#batch.now())
  }

  /** Closes at once: what a replaced master acknowledges from now on will be lost. */
  discard(connection: ShardConnection): void {
    if (connection.isClosed) return
    this.#connections.add(connection)
    connection.destroy()
  }

  /** It has closed. */
  delete(connection: ShardConnection): void {
    this.#connections.delete(connection)
  }

  tick(now: number): void {
    for (const connection of this.#connections) {
      const silence = now - connection.waitingSince - connection.roundTrip
      if (connection.inFlight === 0 || silence > longestSilence) connection.destroy()
    }
  }

  destroyAll(): void {
    for (const connection of this.#connections) connection.destroy()
  }
}
