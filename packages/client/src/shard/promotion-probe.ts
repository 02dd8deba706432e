import {
  type Address,
  type DisredisError,
  isSameAddress,
  type Runtime,
  type Timer,
} from '@disredis/connection'
import type { ShardConnection } from '../connection/shard-connection.js'
import type { Backoff } from '../queueing/backoff.js'

export interface PromotionProbeOptions {
  readonly runtime: Runtime
  readonly dial: (address: Address, signal: AbortSignal) => Promise<ShardConnection>
  /** ms between two questions for the role. */
  readonly interval: number
  /** ms for one answer; a silent node is dialled again. */
  readonly roleTimeout: number
  /** Delays between two dials. */
  readonly backoff: Backoff
  /**
   * The node proved to be a master on this connection. True takes the connection over and ends the
   * probe; otherwise the node is asked on.
   */
  readonly onPromoted: (connection: ShardConnection) => boolean
  /** The node said that it is a replica. */
  readonly onReplica: () => void
  /** It could not be dialled; the next attempt follows by itself. */
  readonly onFailure: (address: Address, error: DisredisError) => void
}

/**
 * Asks the replica that Sentinel is promoting for its role until it is a master: proof before
 * `+switch-master`, on the connection that then serves. It ends with the proof or with {@link stop}.
 */
export class PromotionProbe {
  readonly address: Address
  readonly #options: PromotionProbeOptions
  readonly #abort = new AbortController()
  #connection: ShardConnection | undefined
  #timer: Timer | undefined

  constructor(address: Address, options: PromotionProbeOptions) {
    this.address = address
    this.#options = options
    this.#dial()
  }

  isAt(address: Address): boolean {
    return isSameAddress(this.address, address)
  }

  /** @param kept the connection that was taken over, if it was */
  stop(kept?: ShardConnection): void {
    this.#abort.abort()
    this.#timer?.cancel()
    if (this.#connection !== kept) this.#connection?.destroy()
    this.#connection = undefined
  }

  #dial(): void {
    this.#options.dial(this.address, this.#abort.signal).then(
      (connection) => {
        if (this.#abort.signal.aborted) connection.destroy()
        else {
          this.#connection = connection
          this.#ask(connection)
        }
      },
      (error: DisredisError) => {
        if (!this.#abort.signal.aborted) this.#options.onFailure(this.address, error)
        this.#again(this.#options.backoff.next(), () => this.#dial())
      },
    )
  }

  #ask(connection: ShardConnection): void {
    connection.role(this.#abort.signal, this.#options.roleTimeout).then(
      ({ isMaster, isLoading }) => {
        if (this.#abort.signal.aborted) return
        if (!isMaster) this.#options.onReplica()
        if (isMaster && !isLoading && this.#options.onPromoted(connection)) return
        this.#again(this.#options.interval, () => this.#ask(connection))
      },
      () => {
        // A promoted node drops its clients of the time when it was a replica, or it died.
        this.#connection = undefined
        this.#again(this.#options.backoff.next(), () => this.#dial())
      },
    )
  }

  #again(delay: number, step: () => void): void {
    if (this.#abort.signal.aborted) return
    this.#timer = this.#options.runtime.setTimer(step, delay)
  }
}
