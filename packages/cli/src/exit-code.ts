/** What scripts may rely on. */
export const exitCode = {
  ok: 0,
  /** The command ran and has something to say: findings, a key that is missing, a refused drill. */
  findings: 1,
  /** The command line, a variable or a file is wrong. */
  usage: 2,
  /** Nothing that was asked answered, or it refused the credentials. */
  unreachable: 3,
} as const

export type ExitCode = (typeof exitCode)[keyof typeof exitCode]
