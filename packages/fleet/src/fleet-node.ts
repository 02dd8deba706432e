import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { type Address, formatAddress } from '@disredis/connection'
import { FleetError } from './fleet-error.js'
import { type Argument, commandError, NodeConnection } from './node-connection.js'
import {
  configFileOf,
  folderOf,
  launch,
  logFileOf,
  type NodePlan,
  type NodeRole,
} from './node-launch.js'
import { type PortReservation, reservePort } from './port-reservation.js'
import type { ServerProcess } from './server-process.js'
import { type Deadline, deadlineIn } from './wait-for.js'

const PORT_ATTEMPTS = 20
const PORT_TAKEN = /address already in use/i

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
   * SIGSTOP: the process hangs, its connections stay open. Resolves when it has stopped, or was
   * resumed before that.
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
    this.#mustExist()
    await this.kill()
    this.#mustExist()
    try {
      this.#process = await launch(
        this.#plan,
        this.address,
        deadlineIn(this.#plan.timeout),
        (next) => {
          this.#process = next
        },
      )
    } catch (error) {
      this.#mustExist()
      throw error
    }
    if (this.#finalLog !== undefined) await this.kill()
    this.#mustExist()
  }

  /** What the server printed, of all its lives. Still there after `fleet.close()`. */
  logs(): string {
    return this.#finalLog ?? readFileSync(logFileOf(this.#plan), 'utf8')
  }

  /**
   * Runs a command as the fleet's own user, on a connection of its own that is closed afterwards.
   *
   * @returns the reply: strings, numbers, null, and arrays of these; maps are flat arrays.
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

  #mustExist(): void {
    if (this.#finalLog === undefined) return
    const message = `${this.name} is gone: its fleet was closed or its master removed`
    throw new FleetError('DISREDIS_FLEET_CLOSED', message, { node: this.name })
  }

  #mustRun(action: string): void {
    if (this.isRunning) return
    const message = `${this.name} cannot ${action}: it is not running (${this.#process.exit})`
    throw new FleetError('DISREDIS_FLEET_NODE_STATE', message, { node: this.name })
  }
}
