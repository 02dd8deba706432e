/**
 * The error without the arguments of its command: ioredis puts them on it as `command.args`, and
 * they hold passwords and payloads.
 */
export function withoutArguments(error: unknown): Error {
  if (!(error instanceof Error)) return new Error(String(error))
  const { command } = error as { command?: { name?: string } }
  if (command !== undefined) Object.assign(error, { command: { name: command.name } })
  return error
}
