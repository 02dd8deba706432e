/**
 * Where the program called the method that made a command: the frames above that of `commandClass`,
 * its constructor. No path is looked at: a bundler may have put this package into the program's own file.
 */
export function callSiteOf(commandClass: new (...args: never[]) => unknown): Error {
  const callSite = new Error()
  Error.captureStackTrace(callSite, commandClass)
  return callSite
}

/** The error as if it were thrown where the command was called. */
export function withStackOf(callSite: Error, error: Error): Error {
  // Below the head stands the method that was called; its caller is whom it concerns.
  const frames = (callSite.stack ?? '').split('\n').slice(2)
  const [head = ''] = (error.stack ?? '').split('\n    at ')
  error.stack = [head, ...frames].join('\n')
  return error
}
