import { type ChildProcess, fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { namespaceCommand } from '../namespace/namespace-command.js'
import type { RunResult } from '../run/run-result.js'
import type { Scenario } from '../scenario.js'
import type { SubjectName } from '../subjects/subject.js'

const childFile = fileURLToPath(new URL('../run/child.js', import.meta.url))
/** ms that a process may take to end when it has told its result. */
const grace = 10_000

/** ms that a run may take that is not a long one: what takes longer hangs. */
const longestRun = 5 * 60_000

export interface RunRequest {
  readonly scenario: Scenario
  readonly subject: SubjectName
  readonly seed: number
}

/** Runs a scenario in a process of its own; it must tell a result and then end by itself. */
export async function runInChild({ scenario, subject, seed }: RunRequest): Promise<RunResult> {
  const args = [scenario.id, subject, `${seed}`]
  const none = { scenario: scenario.id, subject, seed, figures: {}, errors: {} }
  let child: ChildProcess
  if (scenario.needsNamespace === true) {
    const namespace = namespaceCommand()
    if ('missing' in namespace) return { ...none, violations: [], skipped: namespace.missing }
    child = spawnIn(namespace.command, args)
  } else {
    child = fork(childFile, args, { execArgv: ['--expose-gc'], stdio: ['ignore', 2, 2, 'ipc'] })
  }
  const exited = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>
  const killer = setTimeout(() => child.kill('SIGKILL'), longestRun)
  if (scenario.isLong === true) clearTimeout(killer)
  const result = await resultOf(child, exited)
  clearTimeout(killer)
  const isOut = await endsWithin(exited, grace)
  if (!isOut) child.kill('SIGKILL')
  const end = isOut ? undefined : 'the process did not end by itself: something was left open'
  if (result !== undefined) {
    return end === undefined ? result : { ...result, violations: [...result.violations, end] }
  }
  const [code, signal] = await exited
  return { ...none, violations: [`the run broke off (exit code ${code}, signal ${signal})`] }
}

function spawnIn(command: readonly string[], args: readonly string[]): ChildProcess {
  const [program, ...rest] = command
  return spawn(program!, [...rest, process.execPath, '--expose-gc', childFile, ...args], {
    env: { ...process.env, DISREDIS_CHAOS_NAMESPACE: '1' },
    stdio: ['ignore', 2, 2, 'ipc'],
  })
}

function resultOf(child: ChildProcess, exited: Promise<unknown>): Promise<RunResult | undefined> {
  return new Promise((resolve) => {
    child.once('message', (message) => resolve(message as RunResult))
    void exited.then(() => resolve(undefined))
  })
}

async function endsWithin(exited: Promise<unknown>, limit: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(resolve, limit, false)
  })
  const isOut = await Promise.race([exited.then(() => true), late])
  clearTimeout(timer)
  return isOut
}
