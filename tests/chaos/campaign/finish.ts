import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { judgeGoals } from '../report/goals.js'
import { mergeResults } from '../report/result-file.js'
import { writeReport } from '../report/write-report.js'
import type { RunResult } from '../run/run-result.js'
import { scenarios } from '../scenarios/index.js'
import type { Options } from './options.js'
import { isFailed } from './tell.js'

/** Goals are judged from so many runs on: fewer say nothing of a percentile. */
const runsForGoals = 5

/** Tells of goals, writes what was asked for, and sets the exit code. The last line has the counts. */
export async function finish(options: Options, results: readonly RunResult[]): Promise<void> {
  const skips = results.filter((one) => one.skipped !== undefined).length
  const skipped = options.noSkips ? 0 : skips
  let failed = results.filter(isFailed).length + skips - skipped
  let passed = results.length - failed - skipped
  if (!options.short && options.runs >= runsForGoals) {
    for (const { scenario, goal, value, isMet } of judgeGoals(scenarios, results)) {
      const { figure, percentile, atMost } = goal
      const got = value === undefined ? 'none' : Math.round(value)
      console.log(
        `${isMet ? '✓' : '×'} goal of ${scenario}: ${figure} ${percentile} ${got} <= ${atMost}`,
      )
      if (isMet) passed++
      else failed++
    }
  }
  if (options.json !== undefined) await mergeResults(options.json, results, options.command)
  if (options.report && options.json !== undefined) writeReport(options.json)
  if (options.counts !== undefined) {
    mkdirSync(dirname(options.counts), { recursive: true })
    writeFileSync(options.counts, JSON.stringify({ passed, failed, skipped }))
  }
  console.log(`\n${passed} passed, ${failed} failed${skipped === 0 ? '' : `, ${skipped} skipped`}`)
  process.exitCode = failed === 0 && passed + skipped > 0 ? 0 : 1
}
