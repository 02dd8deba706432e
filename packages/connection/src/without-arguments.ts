/** What servers repeat: the arguments of a command that they do not know, and ACL SETUSER's passwords. */
const repeated =
  /, with args beginning with.*|(?<=^ERR Error in ACL SETUSER modifier) '.*'(?=: )/isu

/**
 * Takes the command's arguments off an error, where passwords and payloads may be: the `command`
 * property that ioredis sets, and what the server repeats in its message.
 */
export function withoutArguments<E extends Error>(error: E): E {
  delete (error as { command?: unknown }).command
  const text = error.message.replace(repeated, '')
  if (text === error.message) return error
  error.message = text
  // The stack begins with the message as it was.
  error.stack = `${error.name}: ${text}`
  return error
}
