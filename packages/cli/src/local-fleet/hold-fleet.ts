import { rmSync } from 'node:fs'
import { type FleetOptions, startFleet } from '@disredis/fleet'
import { formatAddress } from '@disredis/sentinel'
import { exitCode } from '../exit-code.js'
import type { Run } from '../run.js'
import { writeState } from './state-file.js'

/** Holds a fleet until it is told to end: a fleet ends with the process that started it. */
export const holdFleet: Run<object> = async (_flags, [file = '', options = '{}'], terminal) => {
  const state = { pid: process.pid, sentinels: [], nodes: [], startedAt: new Date().toISOString() }
  try {
    const fleet = await startFleet(JSON.parse(options) as FleetOptions)
    const nodes = fleet
      .nodes()
      .map((node) => ({ name: node.name, address: formatAddress(node.address) }))
    writeState(file, { ...state, sentinels: fleet.sentinels, nodes })
    // A fleet keeps no process alive.
    const hold = setInterval(() => {}, 60_000)
    await new Promise<void>((resolve) => {
      if (terminal.signal.aborted) resolve()
      terminal.signal.addEventListener('abort', () => resolve(), { once: true })
    })
    clearInterval(hold)
    await fleet.close()
  } catch (error) {
    writeState(file, { ...state, error: (error as Error).message })
    return exitCode.findings
  }
  rmSync(file, { force: true })
  return exitCode.ok
}
