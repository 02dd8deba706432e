import { renderText } from '../report/table.js'
import { type RunOptions, run } from '../runner/run.js'
import type { RunResult } from '../runner/run-result.js'
import type { CaseSpec } from '../suites/case.js'
import { type Baseline, type Comparison, compareWithBaseline, isSameRatio } from './baseline.js'
import { comparisonTable } from './comparison-table.js'

/**
 * Compares a run with the stored ratios. What looks like a regression is run once more, and counts
 * only if it shows again: a neighbour on the machine rarely disturbs the same rounds twice.
 * @returns whether any regression was confirmed
 */
export async function confirmRegressions(
  baseline: Baseline,
  result: RunResult,
  cases: readonly CaseSpec[],
  options: RunOptions,
  print: (title: string, body: string) => void,
): Promise<boolean> {
  const suspects = report('Against the stored ratios', baseline, result, print)
  if (suspects.length === 0) return false
  const again = cases.filter(({ id }) => suspects.some(({ ratio }) => ratio.case === id))
  const secondResult = await run(again, options)
  const repeated = report('Suspects once more', baseline, secondResult, print)
  return suspects.some((first) => repeated.some((second) => isSameRatio(first.ratio, second.ratio)))
}

function report(
  title: string,
  baseline: Baseline,
  result: RunResult,
  print: (title: string, body: string) => void,
): Comparison[] {
  const comparisons = compareWithBaseline(baseline, result)
  print(title, renderText(comparisonTable(comparisons)))
  return comparisons.filter(({ isRegression }) => isRegression)
}
