import {
  type Address,
  type DisredisError,
  formatAddress,
  type Runtime,
  type Timer,
} from '@disredis/sentinel'
import type { ShardConnection } from '../connection/shard-connection.js'
import { RoleMismatchError } from '../errors.js'
import type { Backoff } from './backoff.js'

export interface MasterDiallerOptions {
  readonly shard: string
  readonly runtime: Runtime
  readonly dial: (address: Address, signal: AbortSignal) => Promise<ShardConnection>
  /** ms for the answer to ROLE. */
  readonly roleTimeout: number
  readonly backoff: Backoff
  /** Where the master is believed to be; asked at every attempt. Undefined: wait to be started again. */
  readonly address: () => Address | undefined
  /** The node at that address proved to be a master. The dialler has stopped. */
  readonly onMaster: (connection: ShardConnection) => void
  /** The attempt failed; the next one follows by itself. */
  readonly onFailure: (address: Address, error: DisredisError) => void
}

/** Dials the master's address, with backoff and jitter, until a node there proves its role by ROLE. */
export class MasterDialler {
  readonly #options: MasterDiallerOptions
  #abort: AbortController | undefined
  #timer: Timer | undefined

  constructor(options: MasterDiallerOptions) {
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

  async #dialMaster(address: Address, signal: AbortSignal): Promise<ShardConnection> {
    const connection = await this.#options.dial(address, signal)
    const { isMaster } = await connection.role(signal, this.#options.roleTimeout)
    if (isMaster) return connection
    connection.destroy()
    const where = formatAddress(address)
    throw new RoleMismatchError(
      `The node at ${where} is a replica, but Sentinel names it as the master of '${this.#options.shard}'.`,
      { shard: this.#options.shard, address: where, retryable: true },
    )
  }
}
