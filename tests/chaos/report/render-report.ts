import type { RunResult } from '../run/run-result.js'
import type { Scenario } from '../scenario.js'
import { scenarios } from '../scenarios/index.js'
import { columns } from './columns.js'
import { type GoalResult, judgeGoals } from './goals.js'
import { spreadOf } from './percentiles.js'
import { renderSoak } from './render-soak.js'
import type { ResultFile, Series } from './result-file.js'

/** The results page. */
export function renderReport(results: ResultFile): string {
  const { machine, commit, series, soaks } = results
  const runs = series.flatMap((one) => one.runs)
  const known = scenarios.filter(({ id }) => series.some((one) => one.scenario === id))
  return [
    '# What faults do to callers',
    '',
    `Written by \`npm run chaos -- --report\`; do not edit. ${machine}; commit ${commit}.`,
    'Each run starts its own Redis and Sentinel processes and a load of some 360 commands a second and',
    'shard, injects the fault, and compares what callers were told with what the final master holds.',
    '',
    ...columns.map(({ head, meaning }) => `- **${head}**: ${meaning}`),
    '',
    'Figures are p50 / p99 / max over the runs, in ms or as counts; a single number when all are equal.',
    'Errors are sums over all runs.',
    '',
    '## Goals',
    '',
    ...renderGoals(judgeGoals(known, runs)),
    '',
    '## Faults',
    '',
    ...renderTable(
      known,
      series.filter(({ subject }) => subject === 'disredis'),
      false,
    ),
    '',
    '## The same faults, other clients',
    '',
    ...renderTable(
      known.filter(({ hasPeers }) => hasPeers === true),
      series,
      true,
    ),
    '',
    ...renderSoak(soaks),
    '## How to repeat it',
    '',
    '```sh',
    ...new Set(series.map(({ command }) => command)),
    '```',
    '',
  ].join('\n')
}

function renderGoals(goals: readonly GoalResult[]): string[] {
  if (goals.length === 0) return ['None of the scenarios that were run has one.']
  return [
    '| scenario | figure | goal | measured | |',
    '|---|---|---|---|---|',
    ...goals.map(({ scenario, goal: { figure, percentile, atMost }, value, isMet }) => {
      const measured = value === undefined ? 'none' : round(value)
      return `| ${scenario} | ${figure} ${percentile} | <= ${atMost} | ${measured} | ${isMet ? 'met' : '**not met**'} |`
    }),
  ]
}

function renderTable(
  known: readonly Scenario[],
  series: readonly Series[],
  hasSubject: boolean,
): string[] {
  const heads = [
    '#',
    'scenario',
    ...(hasSubject ? ['client'] : []),
    'runs',
    ...columns.map(({ head }) => head),
    'errors',
    'also',
    'violations',
  ]
  const rows = known.flatMap((scenario) =>
    series
      .filter((one) => one.scenario === scenario.id)
      .map((one) => renderRow(scenario, one, hasSubject)),
  )
  if (rows.length === 0) return ['Not run.']
  return [row(heads), row(heads.map(() => '---')), ...rows]
}

function renderRow(scenario: Scenario, { subject, runs }: Series, hasSubject: boolean): string {
  const taken = runs.filter(({ skipped }) => skipped === undefined)
  const figures = columns.map(({ figure }) => renderSpread(taken, figure))
  const isJudged = subject === 'disredis'
  const violations = taken.reduce((sum, one) => sum + one.violations.length, 0)
  return row([
    scenario.fault === 0 ? '' : `${scenario.fault}`,
    `${scenario.title} (\`${scenario.id}\`)`,
    ...(hasSubject ? [subject] : []),
    taken.length === 0 ? 'skipped' : `${taken.length}`,
    ...figures,
    renderErrors(taken.map(({ errors }) => errors)),
    Object.entries(scenario.alsoTell ?? {})
      .map(([figure, what]) => `${what} ${renderSpread(taken, figure)}`)
      .join(', '),
    isJudged ? `${violations}` : '',
  ])
}

function renderSpread(runs: readonly RunResult[], figure: string): string {
  const spread = spreadOf(runs.flatMap((one) => one.figures[figure] ?? []))
  if (spread === undefined) return ''
  const { p50, p99, max } = spread
  const all = [p50, p99, max].map(round)
  return new Set(all).size === 1 ? round(max) : all.join(' / ')
}

function renderErrors(all: readonly Readonly<Record<string, number>>[]): string {
  const sums = new Map<string, number>()
  for (const errors of all) {
    for (const [name, count] of Object.entries(errors))
      sums.set(name, (sums.get(name) ?? 0) + count)
  }
  return [...sums].map(([name, count]) => `${count} ${name}`).join(', ')
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`
}

/** Whole numbers, but for small ones with a fraction. */
function round(value: number): string {
  if (Math.abs(value) < 10 && !Number.isInteger(value)) return value.toFixed(1)
  return Math.round(value).toLocaleString('en-US')
}
