import { expect, test } from 'vitest'
import type { RunResult } from '../runner/run-result.js'
import { settingsOf } from '../runner/settings.js'
import { renderPage } from './docs-page.js'
import { figuresOf } from './figures.js'

const caseOf = (id: string, group: string) => ({
  id,
  suite: 'throughput',
  title: `Title of ${id}`,
  figure: 'Throughput, 100 B values',
  group,
  columns: ['operationsPerSecond', 'cpuMicroseconds'] as const,
  reference: 'ioredis',
  participants: [
    {
      id: 'ioredis',
      label: 'ioredis',
      role: 'peer' as const,
      placement: 'one master',
      samples: [
        { operationsPerSecond: 1000, cpuMicroseconds: 10 },
        { operationsPerSecond: 2000, cpuMicroseconds: 12 },
      ],
    },
    {
      id: 'disredis',
      label: 'disredis',
      role: 'ours' as const,
      placement: '3 shards',
      samples: [
        { operationsPerSecond: 3000, cpuMicroseconds: 5 },
        { operationsPerSecond: 4000, cpuMicroseconds: 5 },
      ],
    },
  ],
})

const result: RunResult = {
  version: 1,
  command: 'npm run bench',
  environment: {
    startedAt: '2024-01-01T00:00:00.000Z',
    commit: 'abc1234',
    cpu: 'A CPU',
    cores: 2,
    memoryGibibytes: 8,
    system: 'Linux 6',
    loadBefore: 0.1,
    node: 'v20.19.0',
    server: 'Redis 7.0.15',
    packages: { ioredis: '6.0.0' },
  },
  settings: settingsOf.full,
  cases: [caseOf('c1', 'C=1'), caseOf('c50', 'C=50')],
}

test('the page says with what, where and how it was measured', () => {
  const page = renderPage(result, figuresOf(result.cases), [])
  for (const fact of [
    '`npm run bench`',
    'A CPU, 2 cores',
    'Redis 7.0.15',
    'ioredis 6.0.0',
    'abc1234',
  ]) {
    expect(page).toContain(fact)
  }
})

test('tables hold medians, spreads and ratios taken round by round', () => {
  const page = renderPage(result, figuresOf(result.cases), [])
  expect(page).toContain(
    '| disredis | 3 shards | 3,500 (3,000..4,000) | 2.50 (2.00..3.00) | 5.00 |',
  )
})

test('cases of one figure share a plot and its link', () => {
  const figures = figuresOf(result.cases)
  expect(figures.map(({ file }) => file)).toEqual(['throughput-100-b-values.svg'])
  expect(figures[0]?.svg).toContain('C=50')
  expect(renderPage(result, figures, [])).toContain('](benchmarks/throughput-100-b-values.svg)')
})

test('a goal that the run did not measure is not called met', () => {
  const verdict = { title: 'Fast', comparison: '>=', limit: 2, unit: '' } as const
  expect(renderPage(result, [], [verdict])).toContain('| Fast | >= 2.00 x | not in this run | - |')
  const measured = { ...verdict, measured: { median: 1.9, min: 1, max: 3 }, isMet: false }
  expect(renderPage(result, [], [measured])).toContain('| 1.90 (1.00..3.00) x | NO |')
})
