import type { Metric } from '../measure/metrics.js'
import type { Summary } from '../measure/summary.js'
import {
  type CaseResult,
  participantOf,
  type RunResult,
  ratioOf,
  summaryOf,
} from '../runner/run-result.js'

export interface Goal {
  readonly title: string
  readonly comparison: '>=' | '<='
  readonly limit: number
  /** Of the limit and the measurement; empty for ratios. */
  readonly unit: string
  /** `undefined` when the run lacks the case or a participant. */
  measure(result: RunResult): Summary | undefined
}

export interface GoalVerdict {
  readonly title: string
  readonly comparison: '>=' | '<='
  readonly limit: number
  readonly unit: string
  readonly measured?: Summary
  /** By the median of the rounds; absent when the run did not measure it. */
  readonly isMet?: boolean
}

/** Ratio of one participant to another in the same case. */
export function ratio(caseId: string, metric: Metric, of: string, over: string): Goal['measure'] {
  return (result) => {
    const found = findCase(result, caseId)
    const participant = found && participantOf(found, of)
    const other = found && participantOf(found, over)
    return participant && other && ratioOf(participant, other, metric)
  }
}

/** What one participant measured. */
export function value(caseId: string, metric: Metric, of: string): Goal['measure'] {
  return (result) => {
    const found = findCase(result, caseId)
    const participant = found && participantOf(found, of)
    return participant && summaryOf(participant, metric)
  }
}

/** Ratio of one participant to the peer that comes closest to it or is furthest ahead of it. */
export function leadOverPeers(caseId: string, metric: Metric, of: string): Goal['measure'] {
  return (result) => {
    const found = findCase(result, caseId)
    const participant = found && participantOf(found, of)
    if (found === undefined || participant === undefined) return undefined
    return found.participants
      .filter(({ role }) => role === 'peer')
      .flatMap((peer) => ratioOf(participant, peer, metric) ?? [])
      .reduce<Summary | undefined>(
        (least, next) => (least === undefined || next.median < least.median ? next : least),
        undefined,
      )
  }
}

export function judge(goal: Goal, result: RunResult): GoalVerdict {
  const { title, comparison, limit, unit } = goal
  const measured = goal.measure(result)
  if (measured === undefined) return { title, comparison, limit, unit }
  const isMet = comparison === '>=' ? measured.median >= limit : measured.median <= limit
  return { title, comparison, limit, unit, measured, isMet }
}

function findCase(result: RunResult, id: string): CaseResult | undefined {
  return result.cases.find((candidate) => candidate.id === id)
}
