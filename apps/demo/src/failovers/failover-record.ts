import type { Counts } from '../measurement/tally.js'
import type { ShardFaultKind } from '../script/statement.js'

/** A moment on a failover's time axis: ms from its zero, what happened, and a detail. */
export type Moment = readonly [at: number, what: string, detail: string]

/** `observed`: the demo had no part in it. */
export type FailoverCause = ShardFaultKind | 'observed'

/** One failover as Sentinel and the client told it, on one time axis. Times are ms. */
export interface FailoverRecord {
  readonly id: number
  readonly shard: string
  readonly cause: FailoverCause
  /** When it began: since the start of the demo. Zero of the axis. */
  readonly startedAt: number
  /** `failed`: not served again within a minute. */
  readonly state: 'under way' | 'over' | 'failed'
  /** Who was and who is master, `host:port`. */
  readonly from: string | null
  readonly to: string | null
  /** The first that any Sentinel said of each event. */
  readonly sentinel: readonly Moment[]
  readonly client: readonly Moment[]
  /** The time without an acknowledged write, from its start to its end; the end is null while it lasts. */
  readonly gap: readonly [start: number, end: number | null] | null
  /** Writes acknowledged while it lasted. */
  readonly acknowledged: number
  /** Acknowledged writes that are gone; null until somebody has looked. */
  readonly lost: number | null
  /** Writes whose outcome nobody was told. */
  readonly unknown: number
  readonly errors: Counts
}
