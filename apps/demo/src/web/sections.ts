import type { Standing } from '../comparison/comparison.js'
import type { CrowdFigures } from '../crowd/crowd.js'
import type { LogEvent } from '../event-log.js'
import type { FailoverRecord } from '../failovers/failover-record.js'
import type { FaultKind, ShardFaultKind } from '../script/statement.js'

/** How much the callers do. */
export type LoadLevel = 'low' | 'normal' | 'high'

/** What the page shows of the whole; times are ms. */
export interface DemoSection {
  /** Another one: the demo was started again, and nothing of before holds. */
  readonly instance: string
  readonly kind: 'fleet' | 'existing'
  readonly description: string
  readonly health: 'ok' | 'degraded' | 'down'
  /** In words, what is not well; empty: all is. */
  readonly warnings: readonly string[]
  readonly shards: readonly string[]
  /** Faults that can be injected here. */
  readonly faults: readonly FaultKind[]
  readonly load: LoadLevel
  readonly servers: readonly ServerSection[]
  /** Something is down that "restore" brings back. */
  readonly isBroken: boolean
}

export interface ServerSection {
  readonly name: string
  readonly nodes: readonly string[]
}

/** Figures over all shards. */
export interface TotalsSection {
  readonly elapsed: number
  readonly operations: number
  readonly acknowledged: number
  readonly verified: number
  readonly lost: number
  readonly duplicated: number
  readonly unknown: number
  readonly unsettled: number
  readonly crowd: CrowdFigures
}

export interface NodeSection {
  readonly address: string
  readonly role: 'master' | 'replica'
  /** Bytes of the replication stream; null: nobody has said. */
  readonly offset: number | null
  /** Bytes that a replica is behind its master. */
  readonly lag: number | null
  /** `up`, `down`, Sentinel's flags, or what the demo did to it. */
  readonly link: string
}

export interface ShardSection {
  readonly name: string
  readonly phase: 'connecting' | 'ready' | 'silent' | 'gated' | 'down' | 'closed'
  readonly nodes: readonly NodeSection[]
  /** ms since offsets were asked for with success. */
  readonly age: number | null
  readonly queue: number
  readonly queueBytes: number
  readonly inFlight: number
  readonly acknowledged: number
  readonly errors: number
  /** The fault that it has now, or waits for. */
  readonly fault: { readonly kind: ShardFaultKind; readonly isAwaited: boolean } | null
  /** ms of the last failover, from loss to served. */
  readonly lastFailover: number | null
}

export interface SentinelSection {
  readonly name: string
  readonly address: string
  readonly isConnected: boolean
  /** The demo killed it, or cut it off. */
  readonly isBroken: boolean
  /** Shards whose last failover it led. */
  readonly led: readonly string[]
  /** By shard: whom it takes for master, in which config-epoch. Empty: it does not answer. */
  readonly believes: Readonly<
    Record<string, { readonly master: string; readonly epoch: number; readonly flags: string }>
  >
}

/** All that the page shows, by name. `shard:NAME`, `failover:ID`, `event:NUMBER` are one each. */
export interface Sections {
  readonly demo: DemoSection
  readonly totals: TotalsSection
  readonly sentinels: readonly SentinelSection[]
  /** Null: this deployment has none. */
  readonly comparison: readonly Standing[] | null
  readonly [shard: `shard:${string}`]: ShardSection
  readonly [failover: `failover:${number}`]: FailoverRecord
  readonly [event: `event:${number}`]: LogEvent
}

/** One half second of a shard: operations a second, p50 and p99 in ms, errors. */
export type Sample = readonly [
  operations: number,
  p50: number | null,
  p99: number | null,
  errors: number,
]

/** One message of the stream. */
export interface StreamMessage {
  /** Sections that changed; null: it is gone. */
  readonly sections?: Readonly<Record<string, unknown>>
  /** Everything: what is not in `sections` does not exist. */
  readonly isWhole?: true
  /** The newest sample of each shard; in a whole message all that are kept, oldest first. */
  readonly samples?: Readonly<Record<string, readonly Sample[]>>
  /** Slots that were hit since the last message, some of them. */
  readonly hits?: readonly number[]
}

/** ms between two samples. */
export const sampleInterval = 500
/** How many samples are kept: a minute. */
export const keptSamples = 120
