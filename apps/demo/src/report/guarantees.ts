import type { FaultRecord } from '../faults/fault-record.js'
import { spreadOf } from '../measurement/statistics.js'
import { addCounts, type Counts, sumOf } from '../measurement/tally.js'
import type { FaultKind } from '../script/statement.js'
import type { ShardReport } from './shard-report.js'

/** One promise of disredis, and whether this run saw it kept. */
export interface Guarantee {
  /** Stable name. */
  readonly id: string
  /** In words. */
  readonly says: string
  /** Null: this run had too little to judge it by. */
  readonly held: boolean | null
  readonly measured: number | null
  /** `measured` may not be more. */
  readonly limit: number
}

/** All that guarantees are judged by. */
export interface Evidence {
  readonly faults: readonly FaultRecord[]
  readonly shards: readonly ShardReport[]
  /** Promises that were not settled 50 ms after their deadline. */
  readonly unsettled: number
  readonly lostWithoutFault: number
  /** Not every write was looked for, and nobody is to blame. */
  readonly isCutShort?: boolean
}

/** A median of fewer faults says too little. */
const leastSamples = 5
const switchLimit = 50

export function judge({
  faults,
  shards,
  unsettled,
  lostWithoutFault,
  isCutShort = false,
}: Evidence): Guarantee[] {
  const total = (pick: (shard: ShardReport) => number) =>
    shards.reduce((sum, shard) => sum + pick(shard), 0)
  const planned = faults.filter(({ kind }) => kind === 'planned')
  return [
    none('recovered', 'faults after which the shard was not served again', {
      measured: faults.filter(({ isRecovered }) => !isRecovered).length,
      isJudged: faults.length > 0,
    }),
    none('plannedLost', 'acknowledged writes lost in planned failovers', {
      measured: planned.reduce((sum, { lost }) => sum + lost, 0),
      isJudged: planned.length > 0,
    }),
    none('lostWithoutFault', 'acknowledged writes lost on shards without a fault', {
      measured: lostWithoutFault,
    }),
    afterSwitch('crash', faults),
    afterSwitch('freeze', faults),
    none('duplicated', 'writes executed twice', { measured: total((it) => it.writes.duplicated) }),
    none('executedThoughRefused', 'writes executed although reported as not executed', {
      measured: total((it) => it.writes.executedThoughRefused),
    }),
    none('strangers', 'list entries that nobody wrote', {
      measured: total((it) => it.writes.strangers),
    }),
    none('unsettled', 'promises not settled 50 ms after their deadline', { measured: unsettled }),
    none('unprovokedErrors', 'errors on shards while they had no fault', {
      measured: sumOf(addCounts(shards.map((it): Counts => it.unprovokedErrors))),
    }),
    none('wrongReplies', 'reads answered with another value', {
      measured: total((it) => it.reads.wrong),
    }),
    none('unverified', 'acknowledged writes that were not looked for', {
      measured: total(({ writes }) => writes.acknowledged - writes.verified - writes.lost),
      isJudged: !isCutShort,
    }),
  ]
}

function none(
  id: string,
  says: string,
  { measured, isJudged = true }: { readonly measured: number; readonly isJudged?: boolean },
): Guarantee {
  return { id, says, held: isJudged ? measured === 0 : null, measured, limit: 0 }
}

function afterSwitch(kind: FaultKind, faults: readonly FaultRecord[]): Guarantee {
  const values = faults
    .filter((fault) => fault.kind === kind)
    .flatMap(({ afterSwitchMaster }) => afterSwitchMaster ?? [])
  const measured = spreadOf(values).median
  const isJudged = measured !== null && values.length >= leastSamples
  return {
    id: `${kind}AfterSwitch`,
    says: `${kind}: ms from the first +switch-master to the first acknowledgement, median`,
    held: isJudged ? measured <= switchLimit : null,
    measured,
    limit: switchLimit,
  }
}
