import { metrics } from '../measure/metrics.js'
import { type CaseResult, summaryOf } from '../runner/run-result.js'
import { type BarGroup, renderBarChart } from './bar-chart.js'
import { formatValue } from './format.js'

export interface Figure {
  readonly title: string
  /** Name of the file, made of the title. */
  readonly file: string
  readonly svg: string
  readonly cases: readonly CaseResult[]
}

/** One plot for the cases that share a figure, in the order in which they first appear. */
export function figuresOf(cases: readonly CaseResult[]): Figure[] {
  const titles = [...new Set(cases.map(({ figure }) => figure))]
  return titles.map((title) => {
    const ofThisFigure = cases.filter(({ figure }) => figure === title)
    const { label, better } = metrics[ofThisFigure[0]!.columns[0]]
    const subtitle = `${label}, median of the rounds and their spread; ${better} is better`
    const svg = renderBarChart({ title, subtitle, groups: ofThisFigure.map(groupOf) })
    return { title, file: `${slugOf(title)}.svg`, svg, cases: ofThisFigure }
  })
}

function groupOf({ group, columns, participants }: CaseResult): BarGroup {
  const [metric] = columns
  const bars = participants.flatMap((participant) => {
    const value = summaryOf(participant, metric)
    if (value === undefined) return []
    const { label, placement, role } = participant
    return [
      { label: `${label} (${placement})`, role, value, text: formatValue(value.median, metric) },
    ]
  })
  return { label: group, bars }
}

function slugOf(title: string): string {
  return title
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '')
}
