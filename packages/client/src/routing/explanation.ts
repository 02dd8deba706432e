import type { Address } from '@disredis/sentinel'

/** Where a key lives and why. */
export interface Explanation {
  /** As it stands on the server: with the client's `keyPrefix`. */
  readonly key: string
  /** The part of the key that is hashed: what stands in its first braces, or the whole key. */
  readonly hashTag: string
  readonly slot: number
  /** The Sentinel master name. */
  readonly shard: string
  /** Undefined until a Sentinel named it. */
  readonly master: Address | undefined
  readonly replicas: readonly Address[]
}
