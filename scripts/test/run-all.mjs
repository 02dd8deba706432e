import { randomUUID } from 'node:crypto'
import { InterruptedError } from '../run-command.mjs'
import { oneFailed, sum } from './counts.mjs'
import { leftovers } from './leftovers.mjs'

/**
 * @typedef {import('./steps.mjs').Step} Step
 * @typedef {import('./steps.mjs').StepResult} StepResult
 */

/** A run that takes longer hangs: what runs is ended, and the run has failed. ms */
const LONGEST_RUN = 70 * 60_000

/**
 * Runs every step and tells of each, shows the output of what failed at the end, and ends with the
 * line `N passed, N failed`. The exit code is 0 only if something passed and nothing failed.
 *
 * @param {readonly Step[]} steps
 * @param {number} longest run, ms
 */
export async function runAll(steps, longest = LONGEST_RUN) {
  // Every process of this run inherits it: by it those that outlive the run are found.
  const runId = randomUUID()
  process.env.DISREDIS_TEST_RUN = runId
  /** @type {StepResult[]} */
  const results = []
  try {
    await runSteps(steps, results, longest)
  } catch (error) {
    if (!(error instanceof InterruptedError)) throw error
    console.log(' interrupted')
    results.push({ counts: oneFailed, failures: [{ title: 'run', lines: [error.message] }] })
  }
  await runSteps(leftovers(runId), results, longest)

  for (const { title, lines } of results.flatMap(({ failures }) => failures)) {
    console.log(['', `=== failed: ${title}`, ...lines].join('\n'))
  }
  const { passed, failed } = sum(results.map(({ counts }) => counts))
  console.log(`\n${passed} passed, ${failed} failed`)
  process.exitCode = failed === 0 && passed > 0 ? 0 : 1
}

/**
 * @param {readonly Step[]} steps
 * @param {StepResult[]} results takes one result per step, as it comes
 * @param {number} longest ms
 */
async function runSteps(steps, results, longest) {
  const limit = new AbortController()
  const timer = setTimeout(() => limit.abort(), longest - performance.now())
  try {
    for (const { title, run } of steps) {
      const start = performance.now()
      process.stdout.write(`${title} ...`)
      let told = ''
      const tell = (/** @type {string} */ line) => {
        told = `\n${title} ...`
        process.stdout.write(`\n  ${line}`)
      }
      const result = await run(tell, limit.signal)
      results.push(result)
      const seconds = ((performance.now() - start) / 1000).toFixed(1)
      process.stdout.write(`${told} ${describe(result)}, ${seconds} s\n`)
      if (limit.signal.aborted) {
        const lines = [`The run was ended after ${longest / 60_000} minutes, in: ${title}.`]
        results.push({ counts: oneFailed, failures: [{ title: 'run', lines }] })
        return
      }
    }
  } finally {
    clearTimeout(timer)
  }
}

/** @param {StepResult} result */
function describe({ counts: { passed, failed }, note }) {
  return [`${passed} passed`, `${failed} failed`, note].filter(Boolean).join(', ')
}
