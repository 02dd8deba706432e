import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'

/** What a local fleet has told of itself. */
export interface FleetState {
  /** Of the process that holds the fleet. */
  readonly pid: number
  readonly sentinels: readonly string[]
  readonly nodes: readonly { readonly name: string; readonly address: string }[]
  readonly startedAt: string
  readonly error?: string
}

/** One fleet a name: `XDG_STATE_HOME/disredis/NAME.json`. */
export function stateFile(name: string, env: Readonly<Record<string, string | undefined>>): string {
  return join(env.XDG_STATE_HOME || join(homedir(), '.local/state'), 'disredis', `${name}.json`)
}

export function writeState(file: string, state: FleetState): void {
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, `${JSON.stringify(state)}\n`)
}

/** Undefined when there is none, or when its process is gone; such a file is removed. */
export function readState(file: string): FleetState | undefined {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
  // Half-written: it is there in a moment.
  if (!text.endsWith('\n')) return undefined
  const state = JSON.parse(text) as FleetState
  if (state.error !== undefined || isHolder(state.pid, file)) return state
  rmSync(file, { force: true })
  return undefined
}

/** Process ids are used again: the one that holds this fleet names its file on its command line. */
function isHolder(pid: number, file: string): boolean {
  try {
    process.kill(pid, 0)
  } catch {
    return false
  }
  if (process.platform !== 'linux') return true
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').includes(file)
  } catch {
    return false
  }
}
