import type { JournalEntry } from '../core/journal.js'
import type { Violation } from '../oracle/violation.js'

/** What a run found, and what it went through. */
export interface RunResult {
  readonly seed: number
  readonly violations: readonly Violation[]
  readonly failovers: number
  readonly operations: number
  /** Acknowledged writes that were lost where no client can prevent it. */
  readonly excusedLosses: number
  /** Virtual ms. */
  readonly duration: number
  readonly events: number
  /** States and transitions, and how often each was reached. */
  readonly reached: ReadonlyMap<string, number>
  readonly hash: number
  readonly story: readonly JournalEntry[]
}
