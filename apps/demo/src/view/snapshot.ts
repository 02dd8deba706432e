import type { Health } from '@disredis/client'
import { formatAddress } from '@disredis/sentinel'
import type { Demo } from '../demo.js'
import type { LogEvent } from '../event-log.js'
import type { FaultRecord } from '../faults/fault-record.js'
import type { Rate } from '../measurement/meter.js'
import { addCounts, type Counts } from '../measurement/tally.js'
import type { ShardFaultKind } from '../script/statement.js'
import { now } from '../time.js'
import type { LedgerTotals } from '../workload/write-ledger.js'

/** All that a view shows, as a value: a terminal draws it, and a web page could. Times are ms. */
export interface Snapshot {
  readonly deployment: string
  readonly elapsed: number
  readonly health: Health['state']
  readonly shards: readonly ShardSnapshot[]
  /** Oldest first. */
  readonly faults: readonly FaultRecord[]
  readonly errors: Counts
  readonly unsettled: number
  /** Oldest first. */
  readonly events: readonly LogEvent[]
}

export interface ShardSnapshot {
  readonly name: string
  /** `host:port`; undefined before one is known. */
  readonly master: string | undefined
  readonly phase: string
  readonly rate: Rate
  readonly writes: LedgerTotals
  /** The fault that it has now, and for how long. */
  readonly fault: { readonly kind: ShardFaultKind; readonly elapsed: number } | undefined
  /** Nodes that were crashed or frozen and not restored. */
  readonly broken: readonly string[]
}

export function takeSnapshot(demo: Demo): Snapshot {
  const { deployment, workload, faults, log, elapsed } = demo
  const health = demo.client.health()
  const traffic = [...workload.traffic.values()]
  return {
    deployment: deployment.description,
    elapsed,
    health: health.state,
    shards: traffic.map(({ shard, meter, ledger }) => {
      const { phase, isAnswering, master } = health.shards.find((one) => one.shard === shard) ?? {}
      const fault = demo.conductor.current(shard)
      return {
        name: shard,
        master: master && formatAddress(master),
        phase: phase === 'ready' && isAnswering === false ? 'silent' : (phase ?? 'connecting'),
        rate: meter.rate,
        writes: ledger.totals(),
        fault: fault && { kind: fault.kind, elapsed: now() - fault.startedAt },
        broken: deployment.brokenNodes(shard),
      }
    }),
    faults: faults.records,
    errors: addCounts(traffic.map(({ errors }) => errors.counts())),
    unsettled: workload.pending.unsettled,
    events: log.recent,
  }
}
