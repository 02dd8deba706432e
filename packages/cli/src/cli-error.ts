import { type ExitCode, exitCode } from './exit-code.js'

/** Ends the command with a message for people and an exit code for scripts; never with a stack. */
export class CliError extends Error {
  readonly exitCode: ExitCode

  constructor(message: string, code: ExitCode, options?: ErrorOptions) {
    super(message, options)
    this.name = 'CliError'
    this.exitCode = code
  }
}

/** The command line, an environment variable or a file says something that cannot be used. */
export class UsageError extends CliError {
  constructor(message: string, options?: ErrorOptions) {
    super(message, exitCode.usage, options)
    this.name = 'UsageError'
  }
}

/** Nothing that was asked gave an answer. */
export class UnreachableError extends CliError {
  constructor(message: string, options?: ErrorOptions) {
    super(message, exitCode.unreachable, options)
    this.name = 'UnreachableError'
  }
}
