import { metrics } from '../measure/metrics.js'
import { formatNumber } from '../report/format.js'
import type { Table } from '../report/table.js'
import type { Comparison } from './baseline.js'

export function comparisonTable(comparisons: readonly Comparison[]): Table {
  return {
    textColumns: 2,
    headings: ['ratio', 'metric', 'stored', 'now', 'bound', 'verdict'],
    rows: comparisons.map(({ ratio, stored, bound, isRegression }) => [
      `${ratio.case}: ${ratio.of} / ${ratio.over}`,
      metrics[ratio.metric].label,
      formatOptional(stored),
      formatNumber(ratio.median, 2),
      formatOptional(bound),
      stored === undefined ? 'new' : isRegression ? 'REGRESSED' : 'ok',
    ]),
  }
}

const formatOptional = (value: number | undefined) =>
  value === undefined ? '-' : formatNumber(value, 2)
