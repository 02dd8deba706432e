import { spawn } from 'node:child_process'
import { rmSync } from 'node:fs'
import { CliError, UsageError } from '../cli-error.js'
import { exitCode } from '../exit-code.js'
import { type FleetState, readState, stateFile } from '../local-fleet/state-file.js'
import { table } from '../output/table.js'
import type { Terminal } from '../output/terminal.js'
import type { Run } from '../run.js'

export interface UpFlags {
  readonly name: string
  readonly masters: string
  readonly replicas: string
  readonly sentinels: string
  readonly json?: boolean
}

/** The first start may have to fetch a server. */
const START_LIMIT = 300_000
const STOP_LIMIT = 30_000

export const up: Run<UpFlags> = async (flags, _operands, terminal) => {
  const file = stateFile(nameOf(flags.name), terminal.env)
  const known = readState(file)
  if (known !== undefined && known.error === undefined) {
    terminal.tell(`${flags.name} is up already.`)
    return show(known, flags, terminal)
  }
  rmSync(file, { force: true })
  const options = {
    masters: count('--masters', flags.masters, 1),
    replicas: count('--replicas', flags.replicas, 0),
    sentinels: count('--sentinels', flags.sentinels, 1),
    downAfter: 5000,
  }
  // This very program, by a command that help does not show.
  const program = process.argv[1] ?? ''
  const child = spawn(process.execPath, [program, 'hold', file, JSON.stringify(options)], {
    detached: true,
    stdio: 'ignore',
  })
  child.unref()
  let hasExited = false
  child.once('exit', () => {
    hasExited = true
  })
  const state = await poll(START_LIMIT, terminal, () => {
    const told = readState(file)
    if (told === undefined && hasExited) throw new CliError('The fleet ended while starting', 1)
    return told
  })
  if (state.error !== undefined) {
    rmSync(file, { force: true })
    throw new CliError(`The fleet did not start: ${state.error}`, exitCode.findings)
  }
  return show(state, flags, terminal)
}

export const down: Run<{ name: string }> = async (flags, _operands, terminal) => {
  const file = stateFile(nameOf(flags.name), terminal.env)
  const state = readState(file)
  if (state === undefined) {
    terminal.tell(`${flags.name} is not up.`)
    return exitCode.ok
  }
  if (state.error === undefined) process.kill(state.pid, 'SIGTERM')
  else rmSync(file, { force: true })
  await poll(STOP_LIMIT, terminal, () => (readState(file) === undefined ? true : undefined))
  return exitCode.ok
}

export const status: Run<{ name: string; json?: boolean }> = async (flags, _operands, terminal) => {
  const state = readState(stateFile(nameOf(flags.name), terminal.env))
  if (state !== undefined) return show(state, flags, terminal)
  if (flags.json) terminal.print(JSON.stringify({ name: flags.name, up: false }))
  else terminal.print(`${flags.name} is not up.`)
  return exitCode.findings
}

function show(
  state: FleetState,
  { name, json }: { readonly name: string; readonly json?: boolean },
  terminal: Terminal,
) {
  const env = `DISREDIS_SENTINELS=${state.sentinels.join(',')}`
  if (json) {
    terminal.print(JSON.stringify({ name, up: true, env, ...state }, undefined, 2))
    return exitCode.ok
  }
  for (const line of table(state.nodes.map((node) => [node.name, node.address]))) {
    terminal.print(line)
  }
  // The last line, so that it can be put into a file: disredis up | tail -1 >> .env
  terminal.print(env)
  return exitCode.ok
}

function nameOf(given: string): string {
  if (/^[A-Za-z0-9_-]+$/u.test(given)) return given
  throw new UsageError(`--name takes letters, digits, - and _, not "${given}"`)
}

function count(option: string, given: string, least: number): number {
  const value = Number(given)
  if (Number.isInteger(value) && value >= least) return value
  throw new UsageError(`${option} takes ${least} or more, not "${given}"`)
}

async function poll<T>(limit: number, terminal: Terminal, look: () => T | undefined): Promise<T> {
  const endAt = performance.now() + limit
  for (;;) {
    const seen = look()
    if (seen !== undefined) return seen
    if (terminal.signal.aborted) throw new CliError('Stopped', exitCode.findings)
    if (performance.now() > endAt) throw new CliError(`Waited ${limit / 1000} s for the fleet`, 1)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}
