import { parseArgs } from 'node:util'
import { UsageError } from './usage-error.js'

/** What stood on the command line. */
export interface CommandLine {
  readonly isHelp: boolean
  /** The text or name of a script; undefined: the keyboard decides. */
  readonly script: string | undefined
  /** The report goes to stdout as JSON, everything else to stderr. */
  readonly isJson: boolean
  /** Log lines even where stdout is a terminal. */
  readonly isPlain: boolean
  /** The view of the terminal in place of the page. */
  readonly isTerminal: boolean
  /** Where the page is served; undefined: on loopback, on the usual port or, if that is taken, a free one. */
  readonly host: string | undefined
  readonly port: number | undefined
}

/** @throws UsageError that names the argument and what there is instead. */
export function parseCommandLine(args: readonly string[]): CommandLine {
  const { help, script, json, plain, terminal, host, port } = read(args)
  if (script !== undefined && script.trim() === '') {
    throw new UsageError('--script takes the name of a script or its text, and got nothing.')
  }
  if (json && script === undefined) {
    throw new UsageError('--json reports on a script: add --script failover, or one of your own.')
  }
  if (script !== undefined && (terminal || host !== undefined || port !== undefined)) {
    throw new UsageError('--script serves no page: leave --terminal, --host and --port out.')
  }
  return {
    isHelp: help,
    script,
    isJson: json,
    isPlain: plain,
    isTerminal: terminal,
    host,
    port: readPort(port),
  }
}

function readPort(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text)
  throw new UsageError(`--port takes a number from 0 (a free one) to 65535, and got "${text}".`)
}

function read(args: readonly string[]) {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        help: { type: 'boolean', short: 'h', default: false },
        script: { type: 'string' },
        json: { type: 'boolean', default: false },
        plain: { type: 'boolean', default: false },
        terminal: { type: 'boolean', default: false },
        host: { type: 'string' },
        port: { type: 'string' },
      },
    })
    return values
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new UsageError(`${reason.split('\n')[0]}\nRun with --help to see what there is.`, {
      cause: error,
    })
  }
}
