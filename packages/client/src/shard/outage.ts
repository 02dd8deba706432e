import type { Address, DisredisError } from '@disredis/sentinel'
import type { ShardContext } from './shard-context.js'

/**
 * What stands in the way of a shard's commands and since when. `shardDown` is told once an outage, and
 * `shardUp` only after it.
 */
export class Outage {
  readonly #shard: string
  readonly #emit: ShardContext['emit']
  #since: number | undefined
  #isTold = false
  #lastError: DisredisError | undefined
  #abortError: DisredisError | undefined
  #fenced: DisredisError | undefined

  constructor(shard: string, emit: ShardContext['emit']) {
    this.#shard = shard
    this.#emit = emit
  }

  /** Since when the master has been lost or refused to be reached. */
  get since(): number | undefined {
    return this.#since
  }

  /** The most telling of what stands in the way. */
  get error(): DisredisError | undefined {
    return this.#fenced ?? this.#abortError ?? this.#lastError
  }

  get isFenced(): boolean {
    return this.#fenced !== undefined
  }

  /** Holds writes while there is an `error`. */
  fence(error: DisredisError | undefined): void {
    this.#fenced = error
  }

  /** The newest trouble, which need not be an outage. */
  failed(error: DisredisError): void {
    this.#lastError = error
  }

  /** The failover that would have ended it was given up. */
  failoverAborted(error: DisredisError): void {
    this.#abortError = error
  }

  /** One that has begun already goes on. */
  begin(since: number): void {
    this.#since ??= since
  }

  tell(address: Address | undefined, error: DisredisError): void {
    if (!this.#isTold) this.#emit('shardDown', { shard: this.#shard, address, error })
    this.#isTold = true
  }

  /** A master serves; {@link tellEnd} says so. */
  end(): void {
    this.#since = undefined
    this.#lastError = undefined
    this.#abortError = undefined
  }

  tellEnd(address: Address): void {
    if (this.#isTold) this.#emit('shardUp', { shard: this.#shard, address })
    this.#isTold = false
  }
}
