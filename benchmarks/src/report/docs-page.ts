import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { type GoalVerdict, judge } from '../goals/goal.js'
import { goals } from '../goals/goals.js'
import { goalsTable } from '../goals/goals-table.js'
import type { Environment } from '../runner/environment.js'
import type { Remeasured, RunResult } from '../runner/run-result.js'
import { caseTable } from './case-table.js'
import { type Figure, figuresOf } from './figures.js'
import { remeasure } from './remeasure.js'
import { renderMarkdown } from './table.js'

const docs = new URL('../../../docs/', import.meta.url)
const plots = new URL('benchmarks/', docs)
const samples = new URL('results.json', plots)

/**
 * Writes docs/benchmarks.md, one SVG for each figure and the samples beside them. A run of some suites
 * brings these up to date.
 */
export async function writeDocs(fresh: RunResult) {
  const result = remeasure(await storedResult(), fresh)
  const verdicts = goals.map((goal) => judge(goal, result))
  const figures = figuresOf(result.cases)
  await mkdir(plots, { recursive: true })
  for (const { file, svg } of figures) await writeFile(new URL(file, plots), svg)
  await writeFile(samples, `${JSON.stringify(result)}\n`)
  await writeFile(new URL('benchmarks.md', docs), renderPage(result, figures, verdicts))
}

async function storedResult(): Promise<RunResult | undefined> {
  return existsSync(samples) ? JSON.parse(await readFile(samples, 'utf8')) : undefined
}

export function renderPage(
  result: RunResult,
  figures: readonly Figure[],
  verdicts: readonly GoalVerdict[],
): string {
  const { rounds, roundDuration, warmUpDuration } = result.settings
  return [
    '# Benchmarks',
    `This page was written by the benchmark runner; do not edit it. Repeat it with \`${result.command}\`.`,
    `Every contender runs in a process of its own. They take turns (A B C A B C ...): a warm-up of
${warmUpDuration} ms, then ${rounds} rounds of ${roundDuration} ms each. Figures are medians with the slowest and fastest
round in parentheses; ratios are taken round by round between neighbours, and only ratios mean
anything on another machine. All replies are checked while they are measured.`,
    `C is the number of callers in the process, each of which waits for its reply before it asks again.
CPU is the client process's own, all threads. "One master" marks clients that cannot shard; they use
one of the masters.`,
    '## Where',
    renderMarkdown(environmentTable(result.environment)),
    ...(result.remeasured ?? []).map(describeLater),
    '## Goals',
    renderMarkdown(goalsTable(verdicts)),
    ...figures.flatMap(renderFigure),
    '',
  ].join('\n\n')
}

function describeLater({ suites, command, startedAt, commit }: Remeasured): string {
  return `Measured again later: ${suites.join(', ')}, ${startedAt}, commit ${commit}, with \`${command}\`.`
}

function renderFigure({ title, file, cases }: Figure): string[] {
  return [
    `## ${title}`,
    `![${title}](benchmarks/${file})`,
    ...cases.flatMap((found) => [`### ${found.title}`, renderMarkdown(caseTable(found))]),
  ]
}

function environmentTable(environment: Environment) {
  const packages = Object.entries(environment.packages).map((entry) => entry.join(' '))
  return {
    textColumns: 2,
    headings: ['', ''],
    rows: [
      ['when', environment.startedAt],
      ['commit', environment.commit],
      [
        'machine',
        `${environment.cpu}, ${environment.cores} cores, ${environment.memoryGibibytes} GiB`,
      ],
      ['system', environment.system],
      ['load before the run', String(environment.loadBefore)],
      ['Node.js', environment.node],
      ['server', environment.server],
      ['packages', packages.join(', ')],
    ],
  }
}
