import type { Deployment } from '../deployment/deployment.js'
import type { FaultLog } from '../faults/fault-log.js'
import type { FaultRecord } from '../faults/fault-record.js'
import { spreadOf } from '../measurement/statistics.js'
import { faultKinds } from '../script/statement.js'
import type { ShardTraffic } from '../workload/shard-traffic.js'
import type { Workload } from '../workload/workload.js'
import { judge } from './guarantees.js'
import type { FaultSummary, Report } from './report.js'
import type { ShardReport } from './shard-report.js'

export interface ReportSource {
  readonly deployment: Deployment
  readonly workload: Workload
  readonly faults: FaultLog
  /** ms */
  readonly duration: number
  /** Not every write was looked for, and nobody is to blame. */
  readonly isCutShort?: boolean
}

export function buildReport({
  deployment,
  workload,
  faults,
  duration,
  isCutShort = false,
}: ReportSource): Report {
  const shards = [...workload.traffic].map(
    ([name, traffic]) => [name, shardReport(traffic)] as const,
  )
  const { records, lostWithoutFault } = faults
  const guarantees = judge({
    faults: records,
    shards: shards.map(([, shard]) => shard),
    unsettled: workload.pending.unsettled,
    lostWithoutFault,
    isCutShort,
  })
  return {
    ok: guarantees.every(({ held }) => held !== false),
    guarantees,
    deployment: { kind: deployment.kind, description: deployment.description },
    duration,
    shards: Object.fromEntries(shards),
    faults: records,
    summary: summarize(records),
  }
}

function shardReport({
  ledger,
  reads,
  errors,
  unprovokedErrors,
  meter,
}: ShardTraffic): ShardReport {
  return {
    writes: ledger.totals(),
    reads: { ...reads },
    errors: errors.counts(),
    unprovokedErrors: unprovokedErrors.counts(),
    latency: meter.latency,
  }
}

function summarize(records: readonly FaultRecord[]): Report['summary'] {
  const kinds = ([...faultKinds, 'cut'] as const).filter((kind) =>
    records.some((record) => record.kind === kind),
  )
  return Object.fromEntries(
    kinds.map((kind) => [kind, summaryOf(records.filter((record) => record.kind === kind))]),
  )
}

function summaryOf(records: readonly FaultRecord[]): FaultSummary {
  const spread = (pick: (record: FaultRecord) => number | null) =>
    spreadOf(records.flatMap((record) => pick(record) ?? []))
  return {
    count: records.length,
    recovered: records.filter(({ isRecovered }) => isRecovered).length,
    gap: spread(({ gap }) => gap),
    switchMaster: spread(({ switchMaster }) => switchMaster),
    afterSwitchMaster: spread(({ afterSwitchMaster }) => afterSwitchMaster),
    lost: records.reduce((sum, { lost }) => sum + lost, 0),
    duplicated: records.reduce((sum, { duplicated }) => sum + duplicated, 0),
  }
}

/** Times to a tenth of a millisecond: more digits are noise. */
export function toJson(report: Report): string {
  const round = (_key: string, value: unknown) =>
    typeof value === 'number' ? Math.round(value * 10) / 10 : value
  return JSON.stringify(report, round, 2)
}
