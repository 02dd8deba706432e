import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { root } from './root.mjs'

/** @type {NodeJS.Signals[]} */
const ENDING_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP']

/** How long a program may take to end when it is asked to. */
const GRACE = 20_000

/** The user asked this process to end while a program ran. The program has ended. */
export class InterruptedError extends Error {
  constructor() {
    super('Interrupted.')
    this.name = 'InterruptedError'
  }
}

/**
 * @typedef {object} CommandResult
 * @property {number} code 0 when all is well
 * @property {readonly string[]} lines what the program wrote, both streams in one
 */

/**
 * Runs a program in the repository to its end, with no stdin.
 *
 * @param {string} program
 * @param {readonly string[]} args
 * @param {object} [options]
 * @param {NodeJS.ProcessEnv} [options.env] added to this process's own
 * @param {(line: string) => void} [options.onLine] called for each line as it comes
 * @param {AbortSignal} [options.signal] asks the program to end
 * @returns {Promise<CommandResult>}
 * @throws {InterruptedError} on Ctrl-C and other signals that ask this process to end
 */
export async function runCommand(program, args, { env = {}, onLine, signal } = {}) {
  const child = spawn(program, args, {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  /** @type {string[]} */
  const lines = []
  const outputs = [child.stdout, child.stderr].map((stream) => {
    const reader = createInterface({ input: stream })
    reader.on('line', (line) => {
      lines.push(line)
      onLine?.(line)
    })
    return once(reader, 'close')
  })

  let isInterrupted = false
  /** @type {NodeJS.Timeout | undefined} */
  let killer
  const end = () => {
    child.kill('SIGTERM')
    killer ??= setTimeout(() => child.kill('SIGKILL'), GRACE)
  }
  const interrupt = () => {
    isInterrupted = true
    end()
  }
  for (const name of ENDING_SIGNALS) process.on(name, interrupt)
  signal?.addEventListener('abort', end)
  try {
    const [code] = /** @type {[number | null]} */ (await once(child, 'exit'))
    // A program that had to be killed may leave children behind that hold its output open.
    if (killer === undefined) await Promise.all(outputs)
    if (isInterrupted) throw new InterruptedError()
    return { code: code ?? 1, lines }
  } finally {
    clearTimeout(killer)
    for (const name of ENDING_SIGNALS) process.off(name, interrupt)
    signal?.removeEventListener('abort', end)
  }
}
