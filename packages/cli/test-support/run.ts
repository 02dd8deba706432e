import { type ExitCode, runCli, type Terminal } from '../src/index.js'

export interface RunResult {
  readonly code: ExitCode
  /** Standard output. */
  readonly out: string
  /** Standard error. */
  readonly err: string
  /** Standard output as JSON. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into it as they know it
  readonly json: any
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>
  readonly signal?: AbortSignal
  /** Answers to questions, in order; without them there is no terminal to ask. */
  readonly answers?: readonly string[]
  /** Called with every line that is printed. */
  readonly onLine?: (line: string) => void
  /** The same for standard error. */
  readonly onTell?: (line: string) => void
}

/** Runs a command line in this process, with a terminal of strings. */
export async function run(argv: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  const out: string[] = []
  const err: string[] = []
  const answers = [...(options.answers ?? [])]
  const answer = async (question: string) => {
    err.push(question)
    const next = answers.shift()
    if (next === undefined) throw new Error(`Nothing to answer to: ${question}`)
    return next
  }
  const terminal: Terminal = {
    env: options.env ?? {},
    signal: options.signal ?? new AbortController().signal,
    isInteractive: options.answers !== undefined,
    hasColour: false,
    print: (line) => {
      out.push(line)
      options.onLine?.(line)
    },
    tell: (line) => {
      err.push(line)
      options.onTell?.(line)
    },
    ask: answer,
    askSecret: answer,
  }
  const code = await runCli(argv, terminal)
  return {
    code,
    out: out.join('\n'),
    err: err.join('\n'),
    get json() {
      return JSON.parse(out.join('\n'))
    },
  }
}
