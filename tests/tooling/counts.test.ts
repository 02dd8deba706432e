import { expect, test } from 'vitest'
import { countsOf, sum } from '../../scripts/test/counts.mjs'

test.each([
  ['tests that pass', 0, { passed: 5, failed: 0 }, { passed: 5, failed: 0 }],
  ['tests of which one fails', 1, { passed: 4, failed: 1 }, { passed: 4, failed: 1 }],
  ['no tests', 0, { passed: 0, failed: 0 }, { passed: 0, failed: 0 }],
  ['a crash after its tests', 1, { passed: 5, failed: 0 }, { passed: 5, failed: 1 }],
  ['a crash before its tests', 1, undefined, { passed: 0, failed: 1 }],
  ['a benchmark that passes', 0, undefined, { passed: 1, failed: 0 }],
  ['a task that was never reached', undefined, undefined, { passed: 0, failed: 0 }],
])('%s', (_what, exitCode, counts, total) => {
  expect(countsOf({ exitCode }, counts)).toMatchObject(total)
})

test('totals add up', () => {
  const all = [
    { passed: 3, failed: 0 },
    { passed: 0, failed: 2 },
  ]
  expect(sum(all)).toEqual({ passed: 3, failed: 2 })
  expect(sum([])).toEqual({ passed: 0, failed: 0 })
})
