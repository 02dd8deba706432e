/** What the demo's exit code says. */
export const exitCode = {
  /** The guarantees that could be judged held. */
  held: 0,
  /** At least one guarantee was broken: the report says which. */
  broken: 1,
  /** Arguments, environment variables or the script cannot be used. Nothing was started. */
  usage: 2,
  /** The deployment could not be started, reached or brought into the state that a fault needs. */
  failed: 3,
  /** Ctrl-C or another signal ended a run before its end. */
  interrupted: 130,
} as const

export type ExitCode = (typeof exitCode)[keyof typeof exitCode]
