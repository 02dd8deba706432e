import { expect, test } from 'vitest'
import type { RunResult } from '../run/run-result.js'
import { judgeGoals } from './goals.js'
import { spreadOf } from './percentiles.js'
import { renderReport } from './render-report.js'

const run = (figures: Record<string, number>, more: Partial<RunResult> = {}): RunResult => ({
  scenario: 'crash',
  subject: 'disredis',
  seed: 1,
  violations: [],
  figures,
  errors: {},
  ...more,
})

const scenario = {
  id: 'crash',
  fault: 1,
  title: 'a crash',
  steps: [],
  goals: [{ figure: 'afterSwitch', percentile: 'p99', atMost: 50 }],
} as const

test('percentiles are by nearest rank', () => {
  const values = Array.from({ length: 200 }, (_, i) => i + 1)
  expect(spreadOf(values)).toEqual({ p50: 100, p99: 198, max: 200 })
  expect(spreadOf([7])).toEqual({ p50: 7, p99: 7, max: 7 })
  expect(spreadOf([])).toBeUndefined()
})

test('a goal is met by all runs of disredis together, and not without a figure', () => {
  const met = judgeGoals([scenario], [run({ afterSwitch: 10 }), run({ afterSwitch: 50 })])
  expect(met).toMatchObject([{ value: 50, isMet: true }])
  expect(judgeGoals([scenario], [run({ afterSwitch: 51 })])).toMatchObject([{ isMet: false }])
  expect(judgeGoals([scenario], [run({})])).toMatchObject([{ value: undefined, isMet: false }])
  const peer = run({ afterSwitch: 900 }, { subject: 'ioredis' })
  expect(judgeGoals([scenario], [run({ afterSwitch: 10 }), peer])).toMatchObject([{ value: 10 }])
})

test('the page shows spreads, errors and violations of each scenario, and peers apart', () => {
  const page = renderReport({
    machine: 'a machine',
    commit: 'abc',
    soaks: [],
    series: [
      {
        scenario: 'crash',
        subject: 'disredis',
        takenOn: '2030-01-01',
        command: 'npm run chaos -- --faults 1',
        runs: [
          run({ firstAck: 1_000, lost: 0 }, { errors: { OutcomeUnknownError: 2 } }),
          run({ firstAck: 2_000, lost: 0 }, { errors: { OutcomeUnknownError: 3 } }),
        ],
      },
      {
        scenario: 'crash',
        subject: 'ioredis',
        takenOn: '2030-01-01',
        command: 'npm run chaos -- --faults 1 --peers',
        runs: [run({ firstAck: 4_000, lost: 3 }, { subject: 'ioredis' })],
      },
    ],
  })
  expect(page).toContain('| 2 | 1,000 / 2,000 / 2,000 |')
  expect(page).toContain('5 OutcomeUnknownError')
  expect(page.indexOf('ioredis')).toBeGreaterThan(page.indexOf('## The same faults, other clients'))
  expect(page).toContain('npm run chaos -- --faults 1 --peers')
})
