import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, openSync, readFileSync, rmSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { launchCommand, pidFile } from './watchdog.js'

export interface ServerCommand {
  /** The fleet's folder: see Watchdog. */
  readonly fleetFolder: string
  /** Working directory. */
  readonly folder: string
  readonly logFile: string
  readonly program: readonly string[]
  readonly env: Readonly<Record<string, string>>
}

/** One life of a server: from its launch to its exit. */
export class ServerProcess {
  readonly pid: number
  readonly #child: ChildProcess
  readonly #exited: Promise<void>
  #exit: string | undefined
  #isPaused = false

  private constructor(child: ChildProcess, pid: number, fleetFolder: string) {
    this.#child = child
    this.pid = pid
    this.#exited = new Promise((resolve) => {
      child.once('exit', (code, signal) => {
        this.#exit = signal === null ? `exit code ${code}` : `signal ${signal}`
        rmSync(pidFile(fleetFolder, pid), { force: true })
        resolve()
      })
    })
    child.unref()
  }

  static async launch(command: ServerCommand): Promise<ServerProcess> {
    const log = openSync(command.logFile, 'a')
    try {
      const [file, args] = launchCommand(command.fleetFolder, command.program)
      const child = spawn(file, args, {
        cwd: command.folder,
        // A process group of its own: Ctrl-C is for the parent, which decides what it means.
        detached: true,
        env: { ...process.env, ...command.env },
        stdio: ['ignore', log, log],
      })
      if (child.pid === undefined) {
        throw await new Promise<Error>((resolve) => child.once('error', resolve))
      }
      return new ServerProcess(child, child.pid, command.fleetFolder)
    } finally {
      closeSync(log)
    }
  }

  /** How the process ended; undefined while it lives. A paused process lives. */
  get exit(): string | undefined {
    return this.#exit
  }

  get isPaused(): boolean {
    return this.#isPaused && this.#exit === undefined
  }

  /** Sends the signal. A process that has ended is left alone. */
  signal(signal: NodeJS.Signals): void {
    if (this.#exit === undefined) this.#child.kill(signal)
  }

  /** Resolves when the process has ended. */
  async exited(): Promise<void> {
    this.#child.ref()
    await this.#exited
  }

  /** Resolves when the process no longer runs a single instruction, or was resumed before that. */
  async pause(): Promise<void> {
    this.signal('SIGSTOP')
    this.#isPaused = true
    while (this.#isPaused && this.#exit === undefined && !isStopped(this.pid)) await sleep(1)
  }

  resume(): void {
    this.signal('SIGCONT')
    this.#isPaused = false
  }
}

/** Linux says so in /proc; elsewhere the signal is taken as delivered. */
function isStopped(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2)[0] === 'T'
  } catch {
    return true
  }
}
