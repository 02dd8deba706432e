import type { FaultRecord } from '../faults/fault-record.js'
import type { Spread } from '../measurement/statistics.js'
import type { ShardFaultKind } from '../script/statement.js'
import type { Guarantee } from './guarantees.js'
import type { ShardReport } from './shard-report.js'

/** What a run came to. `--json` prints it; all times are ms. */
export interface Report {
  /** Every guarantee that could be judged held. */
  readonly ok: boolean
  readonly guarantees: readonly Guarantee[]
  readonly deployment: { readonly kind: 'fleet' | 'existing'; readonly description: string }
  readonly duration: number
  /** By shard. */
  readonly shards: Readonly<Record<string, ShardReport>>
  readonly faults: readonly FaultRecord[]
  /** The faults of one kind together. */
  readonly summary: Readonly<Partial<Record<ShardFaultKind, FaultSummary>>>
}

export interface FaultSummary {
  readonly count: number
  readonly recovered: number
  /** The longest time without an acknowledged write. */
  readonly gap: Spread
  readonly switchMaster: Spread
  readonly afterSwitchMaster: Spread
  readonly lost: number
  readonly duplicated: number
}
