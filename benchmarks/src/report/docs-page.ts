import { mkdir, writeFile } from 'node:fs/promises'
import type { GoalVerdict } from '../goals/goal.js'
import { goalsTable } from '../goals/goals-table.js'
import type { Environment } from '../runner/environment.js'
import type { RunResult } from '../runner/run-result.js'
import { caseTable } from './case-table.js'
import { type Figure, figuresOf } from './figures.js'
import { renderMarkdown } from './table.js'

const docs = new URL('../../../docs/', import.meta.url)
const plots = new URL('benchmarks/', docs)

/** Writes docs/benchmarks.md, one SVG for each figure and the samples beside them. */
export async function writeDocs(result: RunResult, verdicts: readonly GoalVerdict[]) {
  const figures = figuresOf(result.cases)
  await mkdir(plots, { recursive: true })
  for (const { file, svg } of figures) await writeFile(new URL(file, plots), svg)
  await writeFile(new URL('results.json', plots), `${JSON.stringify(result)}\n`)
  await writeFile(new URL('benchmarks.md', docs), renderPage(result, figures, verdicts))
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
    '## Goals',
    renderMarkdown(goalsTable(verdicts)),
    ...figures.flatMap(renderFigure),
    '',
  ].join('\n\n')
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
