import { spawnSync } from 'node:child_process'
import { availableParallelism } from 'node:os'

/**
 * In production neither the load nor Redis runs on the application's core. Here the scheduler would put
 * them there now and then, three servers more often than one, and make the figures unsteady.
 */
const APPLICATION = '0'
const OTHERS = `1-${availableParallelism() - 1}`

/** Keeps this process, and what it starts from now on, off the application's core. */
export function leaveTheApplicationACore() {
  if (availableParallelism() < 2) return false
  return keep(process.pid, OTHERS)
}

/** @param pid of an application */
export const giveTheApplicationItsCore = (pid) => keep(pid, APPLICATION)

/** False where there is no taskset (util-linux). */
function keep(pid, cores) {
  return spawnSync('taskset', ['--all-tasks', '--cpu-list', '--pid', cores, `${pid}`]).status === 0
}
