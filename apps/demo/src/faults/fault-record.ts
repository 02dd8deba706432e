import type { Address } from '@disredis/sentinel'
import type { Counts } from '../measurement/tally.js'
import type { ShardFaultKind } from '../script/statement.js'

/** One fault and what callers noticed of it. Times are ms. */
export interface FaultRecord {
  readonly kind: ShardFaultKind
  readonly shard: string
  /** Since the start of the run. */
  readonly startedAt: number
  /** The node that was taken away. */
  readonly node: string
  /** Whom Sentinel named in its place; null if nobody: it came back in time, or there is none. */
  readonly newMaster: Address | null
  /** The shard was served again within a minute. */
  readonly isRecovered: boolean
  /** The longest time without an acknowledged write. */
  readonly gap: number | null
  /** From the fault to the acknowledgement that ended the gap. */
  readonly firstAcknowledgement: number | null
  /** From the fault to the first `+switch-master` that any Sentinel published. */
  readonly switchMaster: number | null
  /** From that `+switch-master` to the acknowledgement; negative: the client was first. */
  readonly afterSwitchMaster: number | null
  /** Errors of this shard, from the fault to its end. */
  readonly errors: Counts
  /** Acknowledged writes that are gone; found when the shard is verified afterwards. */
  readonly lost: number
  /** Writes that were executed twice; found likewise. */
  readonly duplicated: number
}
