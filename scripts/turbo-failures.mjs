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
    lines: shorten(linesOf(`${task.package}:${task.name}: `, lines)),
  }))
}

/**
 * @param {string} prefix
 * @param {readonly string[]} lines
 */
function linesOf(prefix, lines) {
  return lines.filter((line) => line.startsWith(prefix)).map((line) => line.slice(prefix.length))
}

/**
 * Of very long output the beginning is left out, as errors stand last.
 * @param {readonly string[]} lines
 */
function shorten(lines) {
  const leftOut = lines.length - LONGEST
  return leftOut <= 0 ? lines : [`(${leftOut} lines left out)`, ...lines.slice(leftOut)]
}
