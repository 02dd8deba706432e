import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { root } from './root.mjs'

/** Lines of a task's output that are worth showing. */
const LONGEST = 400

/**
 * @typedef {object} Failure
 * @property {string} title
 * @property {readonly string[]} lines
 */

/**
 * @param {import('./turbo.mjs').TurboResult} result
 * @returns {Failure[]} one per task that failed, with its output; if none did, turbo's own words
 */
export function failuresOf({ tasks, lines }) {
  const broken = tasks.filter(({ exitCode }) => exitCode !== undefined && exitCode !== 0)
  if (broken.length === 0) return [{ title: 'turbo', lines }]
  return broken.map((task) => ({
    title: `${task.package} ${task.name}`,
    lines: readLog(join(root, task.logFile)),
  }))
}

/**
 * Of very long output the beginning is left out, as errors stand last.
 * @param {string} file
 * @returns {string[]}
 */
function readLog(file) {
  if (!existsSync(file)) return ['(no output)']
  const lines = stripVTControlCharacters(readFileSync(file, 'utf8')).trimEnd().split('\n')
  const leftOut = lines.length - LONGEST
  return leftOut <= 0 ? lines : [`(${leftOut} lines left out)`, ...lines.slice(leftOut)]
}
