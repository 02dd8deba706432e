import { expect, test } from 'vitest'
import type { Sample } from '../measure/metrics.js'
import type { RunResult } from '../runner/run-result.js'
import { baselineOf, compareWithBaseline, guardedRatios } from './baseline.js'

function runOf(ours: Sample, theirs: Sample): RunResult {
  const columns = Object.keys(ours)
  const participants = [
    { id: 'disredis', label: 'disredis', role: 'ours', placement: '3 shards', samples: [ours] },
    { id: 'ioredis', label: 'ioredis', role: 'peer', placement: 'one master', samples: [theirs] },
  ]
  return {
    cases: [{ id: 'case', columns, reference: 'ioredis', participants }],
  } as unknown as RunResult
}

const fast = runOf(
  { operationsPerSecond: 200, cpuMicroseconds: 5, p99Microseconds: 10 },
  { operationsPerSecond: 100, cpuMicroseconds: 10, p99Microseconds: 20 },
)
const baseline = baselineOf(fast)

test('ratios of ours to the reference are guarded, tail latencies are not', () => {
  expect(guardedRatios(fast)).toEqual([
    { case: 'case', metric: 'operationsPerSecond', of: 'disredis', over: 'ioredis', median: 2 },
    { case: 'case', metric: 'cpuMicroseconds', of: 'disredis', over: 'ioredis', median: 0.5 },
  ])
})

test('a machine of half the speed is no regression', () => {
  const slow = runOf(
    { operationsPerSecond: 100, cpuMicroseconds: 10 },
    { operationsPerSecond: 50, cpuMicroseconds: 20 },
  )
  expect(compareWithBaseline(baseline, slow).map(({ isRegression }) => isRegression)).toEqual([
    false,
    false,
  ])
})

test('noise within the tolerance passes, more does not, in the direction of each metric', () => {
  const verdicts = (operationsPerSecond: number, cpuMicroseconds: number) =>
    compareWithBaseline(
      baseline,
      runOf(
        { operationsPerSecond, cpuMicroseconds },
        { operationsPerSecond: 100, cpuMicroseconds: 10 },
      ),
    ).map(({ isRegression }) => isRegression)
  expect(verdicts(150, 6)).toEqual([false, false])
  expect(verdicts(130, 7)).toEqual([true, true])
  expect(verdicts(900, 1)).toEqual([false, false])
})

test('a ratio that was never stored is shown and passes', () => {
  const [first] = compareWithBaseline({ ...baseline, ratios: [] }, fast)
  expect(first).toMatchObject({ ratio: { median: 2 }, isRegression: false })
  expect(first).not.toHaveProperty('stored')
})
