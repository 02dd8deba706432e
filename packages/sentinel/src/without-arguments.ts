/**
 * Takes the command's arguments off an error of ioredis, where passwords and payloads may be: its
 * `command` property, and the arguments that a server repeats for a command it does not know.
 */
export function withoutArguments<E extends Error>(error: E): E {
  delete (error as { command?: unknown }).command
  const [text, args] = error.message.split(/, with args beginning with/iu)
  if (args === undefined) return error
  error.message = text!
  // The stack begins with the message as it was.
  error.stack = `${error.name}: ${text}`
  return error
}
