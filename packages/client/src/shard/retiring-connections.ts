import type { ShardConnection } from '../connection/shard-connection.js'
import type { WriteBatch } from '../connection/write-batch.js'

/** ms of silence after which the replies still due are not waited for. */
const longestSilence = 100

/**
 * Connections that were replaced: each is kept until the replies that are due have come, or it falls
 * silent. Until it is closed, its commands are neither settled nor queued again.
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

  add(connection: ShardConnection): void {
    if (connection.isClosed) return
    this.#connections.add(connection)
    this.tick(this.#batch.now())
  }

  /** It has closed. */
  delete(connection: ShardConnection): void {
    this.#connections.delete(connection)
  }

  tick(now: number): void {
    for (const connection of this.#connections) {
      const isSilent = now - connection.waitingSince > longestSilence
      if (connection.inFlight === 0 || isSilent) connection.destroy()
    }
  }

  destroyAll(): void {
    for (const connection of this.#connections) connection.destroy()
  }
}
