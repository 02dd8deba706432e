import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { rmSync } from 'node:fs'
import type { Socket } from 'node:net'
import { join } from 'node:path'

/**
 * Kills the fleet's processes and removes its folder when the pipe on stdin ends: that happens
 * however the parent dies. `closed` stands before the list is read, so that a process that is just
 * being launched (see LAUNCH) is either listed or gives up.
 */
const WATCH = `
trap '' HUP INT QUIT TERM
read -r _
cd "$1" 2>/dev/null || exit 0
: > closed
for file in pids/*; do
  [ -e "$file" ] && kill -9 "\${file#pids/}" 2>/dev/null
done
cd /
tries=0
until rm -rf "$1" 2>/dev/null || [ $tries -ge 100 ]; do
  tries=$((tries + 1))
  sleep 0.1
done
`

/** Records the own pid, then becomes the program: `sh -c LAUNCH sh FLEET-FOLDER PROGRAM ARGS...` */
const LAUNCH = `
: > "$1/pids/$$" && [ ! -e "$1/closed" ] || exit 1
shift
exec "$@"
`

/** The command line that starts `program` under the watchdog of the fleet in `folder`. */
export function launchCommand(folder: string, program: readonly string[]): [string, string[]] {
  return ['/bin/sh', ['-c', LAUNCH, 'sh', folder, ...program]]
}

/** The file that stands for a running process. It goes when the process has ended. */
export function pidFile(folder: string, pid: number): string {
  return join(folder, 'pids', `${pid}`)
}

/** A shell that outlives this process for a moment and clears up after it, even after kill -9. */
export class Watchdog {
  readonly #process: ChildProcess
  readonly #folder: string

  /** `folder` holds everything of the fleet and an empty folder `pids`. */
  constructor(folder: string) {
    this.#folder = folder
    // Detached: Ctrl-C in the terminal goes to the parent's process group, and must not reach it.
    this.#process = spawn('/bin/sh', ['-c', WATCH, 'sh', folder], {
      cwd: '/',
      detached: true,
      stdio: ['pipe', 'ignore', 'ignore'],
    })
    this.#process.unref()
    const pipe = this.#process.stdin as Socket
    pipe.unref()
    pipe.on('error', () => {}) // EPIPE after its death: nothing is ever written.
  }

  /** Ends what still runs, removes the folder, and resolves when both is done. */
  async finish(): Promise<void> {
    const { exitCode, signalCode } = this.#process
    if (exitCode === null && signalCode === null) {
      this.#process.ref()
      const exited = once(this.#process, 'exit')
      this.#process.stdin?.end()
      await exited
    }
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 5 })
  }
}
