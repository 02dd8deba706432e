import { expect, test } from 'vitest'
import { selectCases } from '../cli/select-cases.js'
import type { Sample } from '../measure/metrics.js'
import type { RunResult } from '../runner/run-result.js'
import { settingsOf } from '../runner/settings.js'
import { type Goal, judge, leadOverPeers, ratio, value } from './goal.js'
import { goals } from './goals.js'

function runOf(speeds: Record<string, number[]>): RunResult {
  const participants = Object.entries(speeds).map(([id, values]) => ({
    id,
    label: id,
    role:
      id === 'disredis'
        ? ('ours' as const)
        : id === 'raw'
          ? ('ceiling' as const)
          : ('peer' as const),
    placement: 'one master',
    samples: values.map((operationsPerSecond): Sample => ({ operationsPerSecond })),
  }))
  return {
    cases: [{ id: 'case', participants }],
  } as unknown as RunResult
}

const goalOf = (measure: Goal['measure'], comparison: Goal['comparison'], limit: number): Goal => ({
  title: 'goal',
  unit: '',
  comparison,
  limit,
  measure,
})

test('a ratio goal is met by the median of ratios of neighbouring rounds', () => {
  const result = runOf({ disredis: [200, 20, 600], ioredis: [100, 10, 100] })
  const measure = ratio('case', 'operationsPerSecond', 'disredis', 'ioredis')
  expect(judge(goalOf(measure, '>=', 2), result)).toMatchObject({
    measured: { median: 2, min: 2, max: 6 },
    isMet: true,
  })
  expect(judge(goalOf(measure, '>=', 2.1), result).isMet).toBe(false)
  expect(judge(goalOf(measure, '<=', 2), result).isMet).toBe(true)
})

test('the lead over peers is the one over the fastest peer, the ceiling left out', () => {
  const result = runOf({ disredis: [100], slow: [10], fast: [80], raw: [1000] })
  expect(leadOverPeers('case', 'operationsPerSecond', 'disredis')(result)?.median).toBe(1.25)
})

test('what a run lacks is not judged', () => {
  const result = runOf({ ioredis: [1] })
  expect(judge(goalOf(value('other', 'operationsPerSecond', 'ioredis'), '>=', 1), result)).toEqual({
    title: 'goal',
    comparison: '>=',
    limit: 1,
    unit: '',
  })
  for (const goal of goals) expect(judge(goal, result).isMet).toBeUndefined()
})

test.each(['full', 'quick'] as const)('a whole %s run measures every goal', (mode) => {
  const everything = selectCases({ only: [], contenders: [], settings: settingsOf[mode] })
  const cases = everything.map((spec) => ({
    ...spec,
    participants: spec.participants.map((participant) => ({
      ...participant,
      samples: [Object.fromEntries(spec.columns.map((metric) => [metric, 1]))],
    })),
  }))
  const result = { cases } as unknown as RunResult
  for (const goal of goals) expect(judge(goal, result).measured, goal.title).toBeDefined()
})
