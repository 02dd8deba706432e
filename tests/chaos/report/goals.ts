import type { RunResult } from '../run/run-result.js'
import type { Goal, Scenario } from '../scenario.js'
import { spreadOf } from './percentiles.js'

export interface GoalResult {
  readonly scenario: string
  readonly goal: Goal
  readonly value: number | undefined
  readonly isMet: boolean
}

/** What the runs of a scenario make of its goals. A figure that no run has is a goal not met. */
export function judgeGoals(
  scenarios: readonly Scenario[],
  results: readonly RunResult[],
): GoalResult[] {
  return scenarios.flatMap(({ id, goals = [] }) => {
    const own = results.filter(
      ({ scenario, subject, skipped }) =>
        scenario === id && subject === 'disredis' && skipped === undefined,
    )
    if (own.length === 0) return []
    return goals.map((goal) => {
      const values = own.flatMap(({ figures }) => figures[goal.figure] ?? [])
      const value = spreadOf(values)?.[goal.percentile]
      return { scenario: id, goal, value, isMet: value !== undefined && value <= goal.atMost }
    })
  })
}
