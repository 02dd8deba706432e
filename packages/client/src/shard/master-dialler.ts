import type { Address, DisredisError, Runtime, Timer } from '@disredis/sentinel'
import type { ShardConnection } from '../connection/shard-connection.js'
import { PlacementMismatchError } from '../errors.js'
import type { Backoff } from '../queueing/backoff.js'
import { connectionLost, loadsItsData, notMaster } from './master-errors.js'

export interface MasterDiallerOptions<C extends ShardConnection> {
  readonly shard: string
  readonly runtime: Runtime
  readonly dial: (address: Address, signal: AbortSignal) => Promise<C>
  /** Whether the master may serve; rejects with what speaks against it. */
  readonly admit?: ((connection: C) => Promise<void>) | undefined
  /** ms for the answer to ROLE. */
  readonly roleTimeout: number
  readonly backoff: Backoff
  /** Where the master is believed to be; asked at every attempt. Undefined: wait to be started again. */
  readonly address: () => Address | undefined
  /** The node at that address proved to be a master. The dialler has stopped. */
  readonly onMaster: (connection: C) => void
  /** The attempt failed, or the node loads its data; the next one follows by itself. */
  readonly onFailure: (address: Address, error: DisredisError) => void
}

/** ms between two questions to a master that loads its data. */
const loadingInterval = 100

/**
 * Dials the master's address, with backoff and jitter, until a node there proves its role by ROLE. One
 * that loads its data gets no commands yet: the last of those that it refuses would be sent again after
 * later ones that it no longer refuses.
 */
export class MasterDialler<C extends ShardConnection = ShardConnection> {
  readonly #options: MasterDiallerOptions<C>
  #abort: AbortController | undefined
  #timer: Timer | undefined

  constructor(options: MasterDiallerOptions<C>) {
    this.#options = options
  }

  get isRunning(): boolean {
    return this.#abort !== undefined
  }

  /** Dials at once, in place of what is under way: the address has changed or is worth a fresh look. */
  restart(): void {
    this.stop()
    this.#options.backoff.reset()
    this.#abort = new AbortController()
    this.#attempt(this.#abort.signal)
  }

  /** The same after a jittered delay: every client of a lost master would knock at once. */
  restartSoon(): void {
    this.stop()
    this.#options.backoff.reset()
    this.#abort = new AbortController()
    this.#attemptLater(this.#abort.signal)
  }

  stop(): void {
    this.#abort?.abort()
    this.#abort = undefined
    this.#timer?.cancel()
    this.#timer = undefined
  }

  #attemptLater(signal: AbortSignal): void {
    const { runtime, backoff } = this.#options
    this.#timer = runtime.setTimer(() => this.#attempt(signal), backoff.next())
  }

  #attempt(signal: AbortSignal): void {
    const address = this.#options.address()
    if (address === undefined) {
      this.stop()
      return
    }
    this.#dialMaster(address, signal).then(
      (connection) => {
        if (signal.aborted) {
          connection.destroy()
          return
        }
        this.stop()
        this.#options.onMaster(connection)
      },
      (error: DisredisError) => {
        if (signal.aborted) return
        this.#attemptLater(signal)
        this.#options.onFailure(address, error)
      },
    )
  }

  async #dialMaster(address: Address, signal: AbortSignal): Promise<C> {
    const { shard, dial, admit, roleTimeout, onFailure } = this.#options
    const connection = await dial(address, signal)
    for (;;) {
      const { isMaster, isLoading } = await connection.role(signal, roleTimeout)
      if (!isMaster) {
        connection.destroy()
        throw notMaster(shard, connection)
      }
      if (!isLoading || signal.aborted) {
        return admit === undefined ? connection : admitted(shard, connection, admit)
      }
      onFailure(address, loadsItsData(shard, connection))
      await this.#pause(signal)
    }
  }

  /** Until the time has come to ask again, or the attempt was given up. */
  #pause(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const end = () => {
        signal.removeEventListener('abort', end)
        resolve()
      }
      signal.addEventListener('abort', end)
      if (signal.aborted) end()
      else this.#timer = this.#options.runtime.setTimer(end, loadingInterval)
    })
  }
}

/** The connection, if it may serve; otherwise it is closed. */
export async function admitted<C extends ShardConnection>(
  shard: string,
  connection: C,
  admit: (connection: C) => Promise<void>,
): Promise<C> {
  try {
    await admit(connection)
    return connection
  } catch (error) {
    connection.destroy()
    throw error instanceof PlacementMismatchError ? error : connectionLost(shard, connection)
  }
}
