import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../root.mjs'

/**
 * @typedef {object} Counts
 * @property {number} passed
 * @property {number} failed
 */

/** @type {Counts} */
const none = Object.freeze({ passed: 0, failed: 0 })
/** @type {Counts} */
export const onePassed = Object.freeze({ passed: 1, failed: 0 })
/** @type {Counts} */
export const oneFailed = Object.freeze({ passed: 0, failed: 1 })

/**
 * @param {readonly Counts[]} all
 * @returns {Counts}
 */
export function sum(all) {
  return all.reduce(
    (total, counts) => ({
      passed: total.passed + counts.passed,
      failed: total.failed + counts.failed,
    }),
    none,
  )
}

/**
 * What a task adds to the total. One whose tests nobody counted, such as a benchmark, passes or
 * fails as one; one that failed although none of its tests did has failed in itself.
 *
 * @param {{ exitCode: number | undefined }} task undefined if it never ran
 * @param {Counts | undefined} counts those of its tests
 * @returns {Counts}
 */
export function countsOf({ exitCode }, counts) {
  if (exitCode === undefined) return none
  if (exitCode === 0) return counts ?? onePassed
  return counts !== undefined && counts.failed > 0 ? counts : sum([counts ?? none, oneFailed])
}

/**
 * What a script's vitest run came to, as vitest.shared.ts has it written.
 * @param {string} folder of the workspace
 * @param {string} script `test:unit`
 * @returns {Counts | undefined} undefined if the script wrote none
 */
export function readCounts(folder, script) {
  const file = countsFile(folder, script)
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined
}

/**
 * Removes the counts of an earlier run, so that they cannot be taken for those of the next.
 * @param {string} folder
 * @param {string} script
 */
export function forgetCounts(folder, script) {
  rmSync(countsFile(folder, script), { force: true })
}

/**
 * @param {string} folder
 * @param {string} script
 */
function countsFile(folder, script) {
  return join(root, folder, '.vitest', `${script.replace(':', '-')}.json`)
}
