import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { root } from '../root.mjs'
import { runCommand } from '../run-command.mjs'
import { runTurbo } from '../turbo.mjs'
import { failuresOf } from '../turbo-failures.mjs'
import { readWorkspaces } from '../workspaces.mjs'
import { countsOf, forgetCounts, oneFailed, onePassed, readCounts, sum } from './counts.mjs'

/**
 * @typedef {import('./counts.mjs').Counts} Counts
 * @typedef {import('../turbo-failures.mjs').Failure} Failure
 *
 * @typedef {object} StepResult
 * @property {Counts} counts
 * @property {string} [note]
 * @property {Failure[]} failures
 *
 * @typedef {object} Step
 * @property {string} title
 * @property {(tell: (line: string) => void, signal: AbortSignal) => Promise<StepResult>} run
 */

const cores = availableParallelism()

/** What needs no server, cheap before dear. @returns {Step[]} */
export function stepsWithoutServers() {
  return [
    // At once: a linter for each package takes three times as long to start as to lint.
    program('lint', 'npm', ['run', '--silent', 'lint']),
    program('layers', process.execPath, [join(root, 'scripts/check-layers.mjs')]),
    check('types', ['typecheck']),
    ...tests('unit tests', 'test:unit', Math.max(2, cores - 1)),
  ]
}

/** Cheap before dear, so that a broken tree is told of soon. @returns {Step[]} */
export function allSteps() {
  return [
    ...stepsWithoutServers(),
    ...serverTests('server tests'),
    ...tests('browser tests', 'test:browser', 1),
    ...tests('packaging', 'test:packaging', 1),
    ...tests('site', 'test:site', 1),
    ...tests('chaos, short', 'chaos:short', 1),
    ...tests('simulation, short', 'simulate:short', 1),
    ...tests('benchmarks, quick', 'bench:quick', 1),
  ]
}

/**
 * The tests that need a server. A fleet is a dozen processes: one package at a time on two cores, its
 * files three at a time.
 * @param {string} title
 */
export function serverTests(title) {
  return tests(title, 'test:server', Math.max(1, Math.floor(cores / 4)))
}

/**
 * Tasks that pass or fail as one.
 * @param {string} title
 * @param {readonly string[]} names
 * @returns {Step}
 */
function check(title, names) {
  return {
    title,
    run: async (_tell, signal) => {
      const result = await runTurbo(names, { concurrency: cores, signal })
      return result.code === 0 ? passed() : failed(oneFailed, failuresOf(result))
    },
  }
}

/**
 * A program that passes or fails.
 * @param {string} title
 * @param {string} name of the program
 * @param {readonly string[]} args
 * @returns {Step}
 */
function program(title, name, args) {
  return {
    title,
    run: async (_tell, signal) => {
      const { code, lines } = await runCommand(name, args, { signal })
      return code === 0 ? passed() : failed(oneFailed, [{ title, lines }])
    },
  }
}

/**
 * Tests of all workspaces that have the script; no step if none has.
 * @param {string} title
 * @param {string} name of the script
 * @param {number} concurrency packages at a time
 * @returns {Step[]}
 */
function tests(title, name, concurrency) {
  const folders = readWorkspaces()
    .filter(({ manifest }) => manifest.scripts?.[name] !== undefined)
    .map(({ folder }) => folder)
  if (folders.length === 0) return []
  return [
    {
      title,
      run: async (tell, signal) => {
        for (const folder of folders) forgetCounts(folder, name)
        const result = await runTurbo([name], {
          concurrency,
          signal,
          onLine: (line) => tellOfTestFile(line, tell),
        })
        const tasks = result.tasks.filter((task) => task.name === name)
        const counts = sum(tasks.map((task) => countsOf(task, readCounts(task.folder, name))))
        if (result.code !== 0) {
          return failed(counts.failed > 0 ? counts : sum([counts, oneFailed]), failuresOf(result))
        }
        const cached = tasks.filter(({ isCached }) => isCached).length
        const note = cached === 0 ? '' : `${cached} of ${tasks.length} packages from the cache`
        return { counts, note, failures: [] }
      },
    },
  ]
}

/** @returns {StepResult} */
function passed() {
  return { counts: onePassed, failures: [] }
}

/**
 * @param {Counts} counts
 * @param {Failure[]} failures
 * @returns {StepResult}
 */
function failed(counts, failures) {
  return { counts, failures }
}

/**
 * Tells what a test wants to be told (`note: ...`), and what vitest says of a test file, from turbo's `@disredis/client:test:unit:  ✓ src/...`.
 * @param {string} line
 * @param {(line: string) => void} tell
 */
function tellOfTestFile(line, tell) {
  const note = /^@disredis\/[^:]+:\S+: (note: .*)$/.exec(line)
  if (note !== null) tell(`${note[1]}`)
  const match = /^@disredis\/([^:]+):\S+: {1,2}([✓❯×] \S+\.(?:test|spec)\.\S+ .*)$/.exec(line)
  if (match !== null) tell(`${match[1]} ${match[2]}`)
}
