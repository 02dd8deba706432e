/** What is known of the placement record of a client's ring. */
export interface PlacementHealth {
  /**
   * `verified`: every master has the record of this client's placement. `unverified`: at least one was
   * not asked yet, has no functions (Redis 6.2), or does not let this user read or write the record.
   * `mismatch`: at least one has another record. `off`: `placement: false`.
   */
  readonly state: 'verified' | 'unverified' | 'mismatch' | 'off'
  /** The name of the ring: option `ringName`. */
  readonly ring: string
  /** Equal for clients that look for every key on the same shard; undefined until the masters are known. */
  readonly fingerprint: string | undefined
  /** Grows when slots are moved by other means than names and weights; this version knows 1. */
  readonly epoch: number
  /** What stands in the way of `verified`, in a sentence. */
  readonly reason: string | undefined
}
