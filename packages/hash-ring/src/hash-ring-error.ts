/**
 * - `DISREDIS_INVALID_RING`: the shards or options given to `createRing` make no ring.
 * - `DISREDIS_INVALID_KEY`: a key is neither a string nor bytes.
 * - `DISREDIS_INVALID_SLOT`: a slot is not an integer from 0 to 16383.
 * - `DISREDIS_UNKNOWN_SHARD`: the ring has no shard of that name.
 */
export type HashRingErrorCode =
  | 'DISREDIS_INVALID_RING'
  | 'DISREDIS_INVALID_KEY'
  | 'DISREDIS_INVALID_SLOT'
  | 'DISREDIS_UNKNOWN_SHARD'

/** A caller's mistake: asking again cannot help and nothing was sent. Never carries a key. */
export class HashRingError extends Error {
  /** Stable across versions, unlike the message. */
  readonly code: HashRingErrorCode
  readonly retryable = false
  readonly mayHaveExecuted = false

  constructor(code: HashRingErrorCode, message: string) {
    super(message)
    Object.defineProperty(this, 'name', { value: 'HashRingError', configurable: true })
    this.code = code
  }
}
