import type { Violation } from '../oracle/violation.js'
import type { Schedule } from '../schedule/schedule.js'

export type WorkerRequest =
  | { readonly kind: 'seeds'; readonly from: number; readonly count: number }
  | { readonly kind: 'schedule'; readonly schedule: Schedule }
  /** Shortens the schedule of a seed as long as it fails in the same way. */
  | { readonly kind: 'shrink'; readonly seed: number; readonly mostRuns?: number | undefined }
  | { readonly kind: 'story'; readonly seed: number }

export interface FailedSeed {
  readonly seed: number
  readonly violations: readonly Violation[]
}

/** Sums over some seeds. */
export interface Tally {
  readonly seeds: number
  readonly failovers: number
  readonly operations: number
  readonly excusedLosses: number
  readonly events: number
  /** Virtual ms. */
  readonly duration: number
  /** ms of a processor. */
  readonly cpu: number
  readonly reached: Readonly<Record<string, number>>
  readonly failed: readonly FailedSeed[]
}

export type WorkerAnswer =
  | { readonly kind: 'tally'; readonly tally: Tally }
  | { readonly kind: 'text'; readonly text: string; readonly isFailed: boolean }

export const noTally: Tally = {
  seeds: 0,
  failovers: 0,
  operations: 0,
  excusedLosses: 0,
  events: 0,
  duration: 0,
  cpu: 0,
  reached: {},
  failed: [],
}

export function addTallies(a: Tally, b: Tally): Tally {
  const reached: Record<string, number> = { ...a.reached }
  for (const [what, count] of Object.entries(b.reached)) {
    reached[what] = (reached[what] ?? 0) + count
  }
  return {
    seeds: a.seeds + b.seeds,
    failovers: a.failovers + b.failovers,
    operations: a.operations + b.operations,
    excusedLosses: a.excusedLosses + b.excusedLosses,
    events: a.events + b.events,
    duration: a.duration + b.duration,
    cpu: a.cpu + b.cpu,
    reached,
    failed: [...a.failed, ...b.failed],
  }
}
