/** What is asked of a client, per shard and second, whether it answers or not (an open loop). */
export interface LoadPlan {
  /** RPUSH of a unique id. Default 200. */
  readonly pushes?: number
  /** INCR. Default 40. */
  readonly increments?: number
  /** GET of a value that only that key has. Default 60. */
  readonly reads?: number
  /** ECHO of a unique text. Default 20. */
  readonly echoes?: number
  /** HSET of a unique field. Default 0. disredis only. */
  readonly sets?: number
  /** MULTI: a unique id to two lists. Default 10; disredis only. */
  readonly transactions?: number
  /** A pipeline of two pushes and a GET between them. Default 10; disredis only. */
  readonly batches?: number
  /** Replicas that must acknowledge a push (`durable`). Default 0. disredis only. */
  readonly durability?: number
  /** Lists, counters and own values per shard. Default 4. */
  readonly lanes?: number
  /** Bytes added to each id. Default 0. */
  readonly padding?: number
  /** The client's `commandTimeout` in ms. Default 10000. */
  readonly timeout?: number
}

export const defaultTimeout = 10_000
