import { formatNumber } from '../report/format.js'
import type { Table } from '../report/table.js'
import type { GoalVerdict } from './goal.js'

export function goalsTable(verdicts: readonly GoalVerdict[]): Table {
  return {
    headings: ['goal', 'limit', 'measured', 'met'],
    rows: verdicts.map(({ title, comparison, limit, unit, measured, isMet }) => [
      title,
      `${comparison} ${formatNumber(limit, unit === '' ? 2 : 0)}${suffix(unit)}`,
      measured
        ? `${figure(measured.median, unit)} (${figure(measured.min, unit)}..${figure(measured.max, unit)})${suffix(unit)}`
        : 'not in this run',
      isMet === undefined ? '-' : isMet ? 'yes' : 'NO',
    ]),
  }
}

const suffix = (unit: string) => (unit === '' ? ' x' : ` ${unit}`)
const figure = (value: number, unit: string) => formatNumber(value, unit === '' ? 2 : 0)
