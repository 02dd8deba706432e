import { writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { type GoalVerdict, judge } from '../goals/goal.js'
import { goals } from '../goals/goals.js'
import { goalsTable } from '../goals/goals-table.js'
import { baselineOf } from '../regression/baseline.js'
import { readBaseline, writeBaseline } from '../regression/baseline-file.js'
import { confirmRegressions } from '../regression/confirm-regressions.js'
import { caseTable } from '../report/case-table.js'
import { writeDocs } from '../report/docs-page.js'
import { renderText } from '../report/table.js'
import { type RunOptions, run } from '../runner/run.js'
import type { RunResult } from '../runner/run-result.js'
import { helpText, listText } from './help.js'
import { type Options, parseOptions, UsageError } from './options.js'
import { Progress } from './progress.js'
import { selectCases } from './select-cases.js'

/** Runs the command line. @returns the exit code */
export async function main(args: readonly string[]): Promise<number> {
  try {
    const options = parseOptions(args)
    if (options.action === 'help') process.stdout.write(helpText)
    else if (options.action === 'list') process.stdout.write(listText())
    else return await runAndReport(options, args)
    return 0
  } catch (error) {
    if (error instanceof UsageError) {
      process.stderr.write(`${error.message}\nnpm run bench -- --help shows what there is.\n`)
      return 2
    }
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
    return 1
  }
}

async function runAndReport(options: Options, args: readonly string[]): Promise<number> {
  const cases = selectCases(options)
  if (cases.length === 0) throw new UsageError('No suite has any of these contenders')
  const baseline = options.compares ? await readBaseline() : undefined
  const runOptions = runOptionsOf(options, args)
  const result = await run(cases, runOptions)
  const verdicts = goals.map((goal) => judge(goal, result))
  print('Goals', renderText(goalsTable(verdicts)))
  await write(options, result, verdicts)
  if (baseline === undefined) return 0
  const hasRegressed = await confirmRegressions(baseline, result, cases, runOptions, print)
  return hasRegressed ? 1 : 0
}

function runOptionsOf(options: Options, args: readonly string[]): RunOptions {
  const progress = new Progress(process.stderr)
  return {
    settings: options.settings,
    command: ['npm run bench', ...(args.length > 0 ? ['--', ...args] : [])].join(' '),
    onProgress: (line) => progress.show(line),
    onCase: (result) => {
      progress.clear()
      print(result.title, renderText(caseTable(result)))
    },
    ...(options.profile !== undefined && { profileFolder: fromCaller(options.profile) }),
  }
}

async function write(options: Options, result: RunResult, verdicts: readonly GoalVerdict[]) {
  if (options.json !== undefined) {
    await writeFile(
      fromCaller(options.json),
      `${JSON.stringify({ ...result, goals: verdicts }, null, 2)}\n`,
    )
  }
  if (options.writesDocs) await writeDocs(result)
  if (options.updatesBaseline) await writeBaseline(baselineOf(result))
}

/** npm changes the folder before it runs a script and says which one it was. */
function fromCaller(path: string): string {
  return resolve(process.env.INIT_CWD ?? process.cwd(), path)
}

function print(title: string, body: string): void {
  process.stdout.write(`\n${title}\n${body}\n`)
}
