import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { oneFailed, onePassed } from './counts.mjs'

/** How long processes may take to notice that their parents are gone. */
const GRACE = 10_000

/**
 * Nothing that the run started may outlive it. Linux only: elsewhere there is no /proc to read.
 *
 * @param {string} runId what every process of the run has in its environment
 * @returns {import('./steps.mjs').Step[]}
 */
export function leftovers(runId) {
  if (process.platform !== 'linux') return []
  return [
    {
      title: 'nothing left running',
      run: async () => {
        const giveUpAt = performance.now() + GRACE
        while (processesOf(runId).length > 0 && performance.now() < giveUpAt) await sleep(100)
        const left = processesOf(runId)
        if (left.length === 0) return { counts: onePassed, failures: [] }
        for (const { pid } of left) kill(pid)
        const lines = left.map(({ pid, command }) => `${pid} ${command}`)
        return { counts: oneFailed, failures: [{ title: 'left running (now killed)', lines }] }
      },
    },
  ]
}

/**
 * @param {string} runId
 * @returns {{ pid: number, command: string }[]} without this process
 */
function processesOf(runId) {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => pid > 0 && pid !== process.pid)
    .filter((pid) => read(pid, 'environ').includes(`DISREDIS_TEST_RUN=${runId}`))
    .map((pid) => ({ pid, command: read(pid, 'cmdline').replaceAll('\0', ' ') }))
}

/**
 * @param {number} pid
 * @param {string} file
 * @returns {string} empty for a process that has ended or is another user's
 */
function read(pid, file) {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8')
  } catch {
    return ''
  }
}

/** @param {number} pid */
function kill(pid) {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It has ended by itself.
  }
}
