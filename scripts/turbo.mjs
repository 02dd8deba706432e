import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { root } from './root.mjs'
import { runCommand } from './run-command.mjs'

const BUSY_ATTEMPTS = 20

/** ms */
const BUSY_PAUSE = 250

/**
 * @typedef {object} TurboTask
 * @property {string} package `@disredis/client`
 * @property {string} folder `packages/client`
 * @property {string} name `test:unit`
 * @property {boolean} isCached
 * @property {number | undefined} exitCode undefined if it never ran
 *
 * @typedef {import('./run-command.mjs').CommandResult & { tasks: TurboTask[] }} TurboResult
 */

/**
 * Runs tasks in all workspaces that have them. Cached output is not repeated.
 *
 * @param {readonly string[]} names
 * @param {object} [options]
 * @param {number} [options.concurrency]
 * @param {(line: string) => void} [options.onLine]
 * @param {AbortSignal} [options.signal]
 * @returns {Promise<TurboResult>}
 */
export async function runTurbo(names, options = {}) {
  for (let attempt = 1; ; attempt++) {
    const result = await runOnce(names, options)
    // Right after `npm ci` the kernel may still count turbo's binary as open for writing: a process
    // that was forked meanwhile holds it until its own exec.
    const isBusy = result.code !== 0 && result.lines.some((line) => line.includes('spawn ETXTBSY'))
    if (!isBusy || attempt === BUSY_ATTEMPTS) return result
    await delay(BUSY_PAUSE)
  }
}

/**
 * @param {readonly string[]} names
 * @param {NonNullable<Parameters<typeof runTurbo>[1]>} options
 * @returns {Promise<TurboResult>}
 */
async function runOnce(names, { concurrency = 2, onLine, signal }) {
  const result = await runCommand(
    process.execPath,
    [
      join(root, 'node_modules/turbo/bin/turbo'),
      ...['run', ...names, '--continue', '--summarize', '--ui=stream'],
      ...['--output-logs=new-only', '--log-order=stream', `--concurrency=${concurrency}`],
    ],
    {
      env: {
        // Test results belong to the Node.js that gave them: see globalEnv in turbo.json.
        NODE_RELEASE: process.version,
        NO_COLOR: '1',
        FORCE_COLOR: '0',
        TURBO_TELEMETRY_DISABLED: '1',
        TURBO_NO_UPDATE_NOTIFIER: '1',
      },
      ...(onLine === undefined ? {} : { onLine }),
      ...(signal === undefined ? {} : { signal }),
    },
  )
  return { ...result, tasks: takeTasks(result.lines) }
}

/**
 * Reads the summary of a run and removes it: turbo itself keeps them for ever.
 *
 * @param {readonly string[]} lines turbo's output, which names the file of its summary
 * @returns {TurboTask[]}
 */
function takeTasks(lines) {
  const file = lines.findLast((line) => /^ *Summary:/.test(line))?.replace(/^ *Summary:\s*/, '')
  if (file === undefined) return []
  /** @type {{ tasks: { package: string, directory: string, task: string, cache: { status: string }, execution?: { exitCode?: number } }[] }} */
  const summary = JSON.parse(readFileSync(file, 'utf8'))
  rmSync(file)
  return summary.tasks.map((task) => ({
    package: task.package,
    folder: task.directory,
    name: task.task,
    isCached: task.cache.status === 'HIT',
    exitCode: task.execution?.exitCode,
  }))
}
