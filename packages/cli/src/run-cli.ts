import { CommanderError } from 'commander'
import { CliError } from './cli-error.js'
import { type ExitCode, exitCode } from './exit-code.js'
import type { Terminal } from './output/terminal.js'
import { createProgram } from './program.js'

/**
 * Runs one command line, without the program's name. Resolves with the exit code and never rejects for
 * what users, networks and servers do: those get a sentence on `terminal.tell`.
 */
export async function runCli(argv: readonly string[], terminal: Terminal): Promise<ExitCode> {
  let code: ExitCode = exitCode.ok
  const program = createProgram(terminal, (result) => {
    code = result
  })
  try {
    await program.parseAsync([...argv], { from: 'user' })
    return code
  } catch (error) {
    if (error instanceof CommanderError) {
      return error.exitCode === 0 ? exitCode.ok : exitCode.usage
    }
    if (error instanceof CliError) {
      terminal.tell(`disredis: ${error.message}`)
      return error.exitCode
    }
    return tellUnexpected(error, terminal)
  }
}

/** An error of our packages says what to do by itself; anything else is a defect of ours. */
function tellUnexpected(error: unknown, terminal: Terminal): ExitCode {
  const { code, message } = error as { code?: unknown; message?: unknown }
  if (terminal.signal.aborted) return exitCode.findings
  terminal.tell(`disredis: ${message ?? error}`)
  if (typeof code !== 'string' || !code.startsWith('DISREDIS_')) {
    if (terminal.env.DISREDIS_DEBUG && error instanceof Error) terminal.tell(error.stack ?? '')
    return exitCode.findings
  }
  return unreachable.has(code) ? exitCode.unreachable : exitCode.findings
}

const unreachable = new Set([
  'DISREDIS_SENTINELS_UNREACHABLE',
  'DISREDIS_AUTHENTICATION',
  'DISREDIS_TLS',
  'DISREDIS_CONNECTION',
  'DISREDIS_SHARD_DOWN',
])
