import type { Address } from '@disredis/sentinel'
import type { LoadClient } from '../workload/load-client.js'

export type ContenderName = 'disredis' | 'ioredis' | 'node-redis'

/** A client that stands beside disredis on the same fleet, under the same load. */
export interface Contender extends AsyncDisposable {
  readonly name: ContenderName
  readonly client: LoadClient
}

export interface ContenderTarget {
  readonly sentinels: readonly Address[]
  /** Names of the masters. */
  readonly shards: readonly string[]
  /** Which of them has a key: the same for every contender. */
  readonly shardOf: (key: string) => string
}

/** ms; as disredis's own default, so that all have the same deadlines. */
export const contenderTimeout = 10_000
