import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Address, formatAddress } from '@disredis/connection'
import { FleetError } from './fleet-error.js'
import { type Access, type Argument, commandError, NodeConnection } from './node-connection.js'
import { ServerProcess } from './server-process.js'
import { type Deadline, deadlineIn, waitFor } from './wait-for.js'

export type NodeRole = 'master' | 'replica' | 'sentinel'

/** What a node needs to start; fixed for its life. */
export interface NodePlan {
  /** `shard-1/1`, `sentinel-2` */
  readonly name: string
  readonly role: NodeRole
  readonly host: string
  readonly fleetFolder: string
  readonly program: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly access: Access
  readonly config: (address: Address) => readonly string[]
  /** Commands for what no configuration file can hold; run at each start. */
  readonly setup: readonly (readonly Argument[])[]
  /** Default limit of waits, ms. */
  readonly timeout: number
}

const LOG_TAIL_LINES = 30

// No name of a master has a "@", so none can clash with another folder of the fleet.
export const folderOf = (plan: NodePlan) => join(plan.fleetFolder, plan.name.replace('/', '@'))
export const configFileOf = (plan: NodePlan) => join(folderOf(plan), 'server.conf')
export const logFileOf = (plan: NodePlan) => join(folderOf(plan), 'server.log')

/** Launches the server and resolves when it answers and is the right one. */
export async function launch(
  plan: NodePlan,
  address: Address,
  deadline: Deadline,
  onLaunched?: (process: ServerProcess) => void,
): Promise<ServerProcess> {
  const process = await ServerProcess.launch({
    fleetFolder: plan.fleetFolder,
    folder: folderOf(plan),
    logFile: logFileOf(plan),
    program: plan.program,
    env: plan.env,
  })
  onLaunched?.(process)
  try {
    await waitFor(deadline, () => whyNotUp(plan, address, process))
    await setUp(plan, address, deadline)
  } catch (error) {
    process.signal('SIGKILL')
    await process.exited()
    throw startError(plan, error)
  }
  return process
}

async function setUp(plan: NodePlan, address: Address, deadline: Deadline): Promise<void> {
  if (plan.setup.length === 0) return
  try {
    await NodeConnection.use(address, plan.access, deadline, (connection) =>
      Promise.all(plan.setup.map((command) => connection.call(...command))),
    )
  } catch (error) {
    throw commandError(plan.name, 'set-up', error)
  }
}

async function whyNotUp(plan: NodePlan, address: Address, process: ServerProcess) {
  const mustLive = () => {
    if (process.exit === undefined) return
    const message = `${plan.name} ended while it was starting (${process.exit})`
    throw new FleetError('DISREDIS_FLEET_NODE_EXITED', message)
  }
  mustLive()
  try {
    const attempt = deadlineIn(2_000)
    const [, info] = await NodeConnection.use(address, plan.access, attempt, (connection) =>
      Promise.all([connection.call('PING'), connection.call('INFO', 'server')]),
    )
    // Another program may have taken the port first; ours then ends, and says why.
    if (String(info).includes(`config_file:${configFileOf(plan)}\r\n`)) return undefined
    mustLive()
    return `${plan.name}: ${formatAddress(address)} answers, but is another server`
  } catch (error) {
    mustLive()
    const reason = error instanceof Error ? error.message : error
    return `${plan.name} does not answer at ${formatAddress(address)}: ${reason}`
  }
}

function startError(plan: NodePlan, error: unknown): unknown {
  if (!(error instanceof FleetError)) return error
  const lines = readFileSync(logFileOf(plan), 'utf8').trimEnd().split('\n')
  const log = lines.slice(-LOG_TAIL_LINES).join('\n')
  return new FleetError(error.code, error.message, { node: plan.name, log, cause: error.cause })
}
