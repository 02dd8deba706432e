import type { Latency } from '../measurement/meter.js'
import type { Counts } from '../measurement/tally.js'
import type { Reads } from '../workload/shard-traffic.js'
import type { LedgerTotals } from '../workload/write-ledger.js'

/** What a run did to one shard. Times are ms. */
export interface ShardReport {
  readonly writes: LedgerTotals
  readonly reads: Readonly<Reads>
  /** All of them, by class. */
  readonly errors: Counts
  /** Those at a time when the shard had no fault. */
  readonly unprovokedErrors: Counts
  readonly latency: Latency
}
