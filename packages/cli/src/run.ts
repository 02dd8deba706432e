import type { ExitCode } from './exit-code.js'
import type { Terminal } from './output/terminal.js'

/** What every command is: it gets parsed options, operands, and the terminal. */
export type Run<Flags> = (
  flags: Flags,
  operands: readonly string[],
  terminal: Terminal,
) => Promise<ExitCode>
