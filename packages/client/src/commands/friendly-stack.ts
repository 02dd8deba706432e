import { fileURLToPath } from 'node:url'

/** Frames of this package are of no interest to its users. */
const ownFolder = fileURLToPath(new URL('..', import.meta.url))

/** The error as if it were thrown where the command was called: `callSite` was made there. */
export function withStackOf(callSite: Error, error: Error): Error {
  const frames = (callSite.stack ?? '').split('\n').slice(1)
  const first = frames.findIndex((frame) => !frame.includes(ownFolder))
  const [head = ''] = (error.stack ?? '').split('\n    at ')
  error.stack = [head, ...frames.slice(first === -1 ? frames.length : first)].join('\n')
  return error
}
