import { type Metric, metrics } from '../measure/metrics.js'
import type { Environment } from '../runner/environment.js'
import { participantOf, type RunResult, ratioOf } from '../runner/run-result.js'
import type { Settings } from '../runner/settings.js'

/** How much worse than stored a ratio may be, as a fraction; metrics that are not here are not guarded. */
export const tolerances: Readonly<Partial<Record<Metric, number>>> = {
  operationsPerSecond: 0.3,
  cpuMicroseconds: 0.25,
  warmMilliseconds: 0.6,
  heapKibibytes: 0.3,
  lookupNanoseconds: 0.35,
}

/** A figure of ours divided by the reference's in the same rounds: what survives a change of machine. */
export interface GuardedRatio {
  readonly case: string
  readonly metric: Metric
  readonly of: string
  readonly over: string
  readonly median: number
}

/** What `baseline.json` holds. */
export interface Baseline {
  readonly version: 1
  readonly environment: Environment
  readonly settings: Settings
  readonly ratios: readonly GuardedRatio[]
}

export interface Comparison {
  readonly ratio: GuardedRatio
  /** Absent when the stored run did not have it. */
  readonly stored?: number
  /** The worst median that passes. */
  readonly bound?: number
  readonly isRegression: boolean
}

/** Our ratios in a run. */
export function guardedRatios(result: RunResult): GuardedRatio[] {
  return result.cases.flatMap((found) => {
    const reference = participantOf(found, found.reference)
    if (reference === undefined) return []
    const ours = found.participants.filter(({ role }) => role === 'ours')
    return ours.flatMap((participant) =>
      found.columns.flatMap((metric) => {
        const ratio = ratioOf(participant, reference, metric)
        if (ratio === undefined || tolerances[metric] === undefined) return []
        const median = Math.round(ratio.median * 1000) / 1000
        return [{ case: found.id, metric, of: participant.id, over: reference.id, median }]
      }),
    )
  })
}

export function baselineOf(result: RunResult): Baseline {
  const { environment, settings } = result
  return { version: 1, environment, settings, ratios: guardedRatios(result) }
}

/** One comparison for each of our ratios in the run. */
export function compareWithBaseline(baseline: Baseline, result: RunResult): Comparison[] {
  return guardedRatios(result).map((ratio) => {
    const stored = baseline.ratios.find((candidate) => isSameRatio(candidate, ratio))?.median
    if (stored === undefined) return { ratio, isRegression: false }
    const tolerance = tolerances[ratio.metric] ?? 0
    const isHigherBetter = metrics[ratio.metric].better === 'higher'
    const bound = isHigherBetter ? stored * (1 - tolerance) : stored * (1 + tolerance)
    const isRegression = isHigherBetter ? ratio.median < bound : ratio.median > bound
    return { ratio, stored, bound, isRegression }
  })
}

export function isSameRatio(a: GuardedRatio, b: GuardedRatio): boolean {
  return a.case === b.case && a.metric === b.metric && a.of === b.of && a.over === b.over
}
