import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Address, formatAddress } from './address.js'
import { FleetError } from './fleet-error.js'
import { type Access, commandError, NodeConnection } from './node-connection.js'
import { type PortReservation, reservePort } from './port-reservation.js'
import type { Argument } from './resp.js'
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

const PORT_ATTEMPTS = 20
const PORT_TAKEN = /address already in use/i
const LOG_TAIL_LINES = 30

/** One server of a fleet. It keeps name, port, folder and configuration through every restart. */
export class FleetNode {
  /** `shard-1/1`, `shard-1/2`, ..., `sentinel-1`, ... */
  readonly name: string
  /** What it started as. Failovers do not change it: ask `fleet.master(name)` who is master now. */
  readonly role: NodeRole
  readonly address: Address
  /** Holds the configuration, the log and whatever the server writes. */
  readonly folder: string
  /** The server rewrites it: Sentinels at every change, data nodes when Sentinel tells them to. */
  readonly configFile: string
  readonly #plan: NodePlan
  readonly #reservation: PortReservation
  #process: ServerProcess
  #finalLog: string | undefined

  private constructor(plan: NodePlan, reservation: PortReservation, process: ServerProcess) {
    this.name = plan.name
    this.role = plan.role
    this.address = Object.freeze({ host: plan.host, port: reservation.port })
    this.folder = folderOf(plan)
    this.configFile = configFileOf(plan)
    this.#plan = plan
    this.#reservation = reservation
    this.#process = process
  }

  /** @internal Starts a server on a free port. */
  static async start(plan: NodePlan, deadline: Deadline): Promise<FleetNode> {
    mkdirSync(folderOf(plan), { recursive: true })
    for (let attempt = 1; ; attempt++) {
      const reservation = await reservePort(plan.host)
      const address = { host: plan.host, port: reservation.port }
      writeFileSync(configFileOf(plan), `${plan.config(address).join('\n')}\n`)
      try {
        return new FleetNode(plan, reservation, await launch(plan, address, deadline))
      } catch (error) {
        reservation.release()
        const isPortTaken = error instanceof FleetError && PORT_TAKEN.test(error.log ?? '')
        if (!isPortTaken || attempt === PORT_ATTEMPTS) throw error
        writeFileSync(logFileOf(plan), '')
      }
    }
  }

  /** Process id of the last start. */
  get pid(): number {
    return this.#process.pid
  }

  /** Whether the process exists; a paused one does. */
  get isRunning(): boolean {
    return this.#process.exit === undefined
  }

  get isPaused(): boolean {
    return this.#process.isPaused
  }

  /** SIGKILL, paused or not. Resolves when the process has ended. */
  async kill(): Promise<void> {
    this.#process.signal('SIGKILL')
    await this.#process.exited()
  }

  /** SIGTERM: the server shuts down in order. A paused one is resumed for that. */
  async stop(): Promise<void> {
    this.#process.signal('SIGTERM')
    this.#process.resume()
    await this.#process.exited()
  }

  /**
   * SIGSTOP: the process hangs, its connections stay open. Resolves when it has stopped.
   *
   * @throws FleetError `DISREDIS_FLEET_NODE_STATE` if it does not run.
   */
  async pause(): Promise<void> {
    this.#mustRun('pause')
    await this.#process.pause()
  }

  /** SIGCONT. @throws FleetError `DISREDIS_FLEET_NODE_STATE` if it does not run. */
  async resume(): Promise<void> {
    this.#mustRun('resume')
    this.#process.resume()
  }

  /**
   * Starts the server again with the same port, folder and configuration; first kills it if it runs.
   * Resolves when it answers. Data is gone unless `dataConfig` asks for persistence.
   *
   * @throws FleetError with the log when it ends at once or is not up in time.
   */
  async restart(): Promise<void> {
    if (this.#finalLog !== undefined) {
      throw new FleetError('DISREDIS_FLEET_CLOSED', `${this.name}: the fleet is closed`)
    }
    await this.kill()
    this.#process = await launch(
      this.#plan,
      this.address,
      deadlineIn(this.#plan.timeout),
      (next) => {
        this.#process = next
      },
    )
  }

  /** What the server printed, of all its lives. Still there after `fleet.close()`. */
  logs(): string {
    return this.#finalLog ?? readFileSync(logFileOf(this.#plan), 'utf8')
  }

  /**
   * Runs a command as the fleet's own user, on a connection of its own that is closed afterwards.
   *
   * @returns the reply: strings, numbers, null, and arrays of these.
   * @throws FleetError `DISREDIS_FLEET_COMMAND` with the server's answer as `cause`, or without an
   * answer (a paused node gives none) after the fleet's `timeout`.
   */
  async command(...args: readonly Argument[]): Promise<unknown> {
    const label = String(args[0] ?? '').toUpperCase()
    try {
      return await this.use(deadlineIn(this.#plan.timeout), (connection) =>
        connection.call(...args),
      )
    } catch (error) {
      throw commandError(this.name, label, error)
    }
  }

  toString(): string {
    return `${this.name} (${formatAddress(this.address)})`
  }

  /** @internal Several commands on one connection. */
  use<T>(deadline: Deadline, use: (connection: NodeConnection) => Promise<T>): Promise<T> {
    return NodeConnection.use(this.address, this.#plan.access, deadline, use)
  }

  /** @internal The last step: ends the process, keeps the log, gives the port back. */
  async dispose(): Promise<void> {
    await this.kill()
    this.#finalLog ??= this.logs()
    this.#reservation.release()
  }

  #mustRun(action: string): void {
    if (this.isRunning) return
    const message = `${this.name} cannot ${action}: it is not running (${this.#process.exit})`
    throw new FleetError('DISREDIS_FLEET_NODE_STATE', message, { node: this.name })
  }
}

// No name of a master has a "@", so none can clash with another folder of the fleet.
const folderOf = (plan: NodePlan) => join(plan.fleetFolder, plan.name.replace('/', '@'))
const configFileOf = (plan: NodePlan) => join(folderOf(plan), 'server.conf')
const logFileOf = (plan: NodePlan) => join(folderOf(plan), 'server.log')

/** Launches the server and resolves when it answers and is the right one. */
async function launch(
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
