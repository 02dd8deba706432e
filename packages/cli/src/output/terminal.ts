import { createInterface } from 'node:readline/promises'
import { UsageError } from '../cli-error.js'

/** Where a command reads and writes: the process in production, strings in tests. */
export interface Terminal {
  readonly env: Readonly<Record<string, string | undefined>>
  /** What the command was asked for; other programs may read it. */
  print(line: string): void
  /** Progress, warnings, errors: never part of the result. */
  tell(line: string): void
  /** Colours, progress and questions are for terminals only. */
  readonly isInteractive: boolean
  readonly hasColour: boolean
  /** Asks for one line. @throws UsageError without a terminal */
  ask(question: string): Promise<string>
  /** Asks for a line that is not shown. @throws UsageError without a terminal */
  askSecret(question: string): Promise<string>
  /** Aborted by Ctrl-C and SIGTERM. */
  readonly signal: AbortSignal
}

/** The terminal of this process. `dispose` gives its signal handlers back. */
export function processTerminal(): Terminal & Disposable {
  const stop = new AbortController()
  const abort = () => stop.abort()
  process.once('SIGINT', abort)
  process.once('SIGTERM', abort)
  // `disredis … | head` closes the pipe early; that is no error of ours.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0)
    throw error
  })
  const { env, stdin, stdout, stderr } = process
  const isInteractive = stdin.isTTY === true && stdout.isTTY === true
  return {
    env,
    signal: stop.signal,
    isInteractive,
    hasColour: stdout.isTTY === true && !env.NO_COLOR && env.TERM !== 'dumb',
    print: (line) => stdout.write(`${line}\n`),
    tell: (line) => stderr.write(`${line}\n`),
    ask: async (question) => {
      mustAsk(isInteractive, question)
      const lines = createInterface({ input: stdin, output: stderr })
      try {
        return (await lines.question(`${question} `, { signal: stop.signal })).trim()
      } finally {
        lines.close()
      }
    },
    askSecret: async (question) => {
      mustAsk(isInteractive, question)
      return readSecret(question)
    },
    [Symbol.dispose]() {
      process.off('SIGINT', abort)
      process.off('SIGTERM', abort)
    },
  }
}

function mustAsk(isInteractive: boolean, question: string): void {
  if (isInteractive) return
  throw new UsageError(`There is no terminal to ask: ${question}`)
}

/** Reads without an echo, in raw mode: readline would show what is typed. */
function readSecret(question: string): Promise<string> {
  const { stdin, stderr } = process
  stderr.write(`${question} `)
  stdin.setRawMode(true)
  stdin.setEncoding('utf8').resume()
  return new Promise((resolve, reject) => {
    let secret = ''
    const finish = (end: () => void) => {
      stdin.off('data', read)
      stdin.setRawMode(false)
      stdin.pause()
      stderr.write('\n')
      end()
    }
    const read = (typed: string | Buffer) => {
      for (const key of String(typed)) {
        if (key === '\r' || key === '\n' || key === '\u0004') return finish(() => resolve(secret))
        if (key === '\u0003') return finish(() => reject(new UsageError('No password was given')))
        secret = key === '\u007f' || key === '\b' ? secret.slice(0, -1) : secret + key
      }
    }
    stdin.on('data', read)
  })
}
