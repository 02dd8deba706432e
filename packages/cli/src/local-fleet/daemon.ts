import { rmSync } from 'node:fs'
import { type FleetOptions, startFleet } from '@disredis/fleet'
import { formatAddress } from '@disredis/sentinel'
import { writeState } from './state-file.js'

/** Holds a fleet until SIGTERM: a fleet ends with the process that started it. */
const [, , file = '', options = '{}'] = process.argv
const stop = new Promise<void>((resolve) => {
  process.once('SIGTERM', resolve)
  process.once('SIGINT', resolve)
})
const state = { pid: process.pid, sentinels: [], nodes: [], startedAt: new Date().toISOString() }
try {
  const fleet = await startFleet(JSON.parse(options) as FleetOptions)
  const nodes = fleet
    .nodes()
    .map((node) => ({ name: node.name, address: formatAddress(node.address) }))
  writeState(file, { ...state, sentinels: fleet.sentinels, nodes })
  // A fleet keeps no process alive.
  const hold = setInterval(() => {}, 60_000)
  await stop
  clearInterval(hold)
  await fleet.close()
  rmSync(file, { force: true })
} catch (error) {
  writeState(file, { ...state, error: (error as Error).message })
}
