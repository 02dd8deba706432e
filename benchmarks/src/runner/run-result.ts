import type { Metric, Sample } from '../measure/metrics.js'
import { type Summary, summarize, summarizeRatios } from '../measure/summary.js'
import type { CaseSpec, ParticipantSpec } from '../suites/case.js'
import type { Environment } from './environment.js'
import type { Settings } from './settings.js'

export interface ParticipantResult extends Omit<ParticipantSpec, 'job'> {
  /** One for each round, in order: equal positions of two participants ran next to each other. */
  readonly samples: readonly Sample[]
}

export interface CaseResult
  extends Pick<CaseSpec, 'id' | 'suite' | 'title' | 'figure' | 'group' | 'columns' | 'reference'> {
  readonly participants: readonly ParticipantResult[]
}

/** Suites that were measured again, after the others. */
export interface Remeasured extends Pick<Environment, 'startedAt' | 'commit'> {
  readonly suites: readonly string[]
  readonly command: string
}

/** Everything a run knows; what `--json` writes. */
export interface RunResult {
  readonly version: 1
  readonly command: string
  readonly environment: Environment
  readonly settings: Settings
  readonly cases: readonly CaseResult[]
  readonly remeasured?: readonly Remeasured[]
}

/** `undefined` when the participant has no such figure. */
export function valuesOf(participant: ParticipantResult, metric: Metric): number[] | undefined {
  const values = participant.samples.map((sample) => sample[metric])
  return values.every((value) => value !== undefined) && values.length > 0 ? values : undefined
}

export function summaryOf(participant: ParticipantResult, metric: Metric): Summary | undefined {
  const values = valuesOf(participant, metric)
  return values && summarize(values)
}

/** Round by round; `undefined` when either has no such figure. */
export function ratioOf(
  participant: ParticipantResult,
  other: ParticipantResult,
  metric: Metric,
): Summary | undefined {
  const values = valuesOf(participant, metric)
  const others = valuesOf(other, metric)
  return values && others && summarizeRatios(values, others)
}

export function participantOf(result: CaseResult, id: string): ParticipantResult | undefined {
  return result.participants.find((participant) => participant.id === id)
}
