import { channel } from 'node:diagnostics_channel'
import { debuglog } from 'node:util'

/** One of Node.js's `diagnostics_channel`s, with the type of its messages. */
export interface DiagnosticChannel<Message extends object> {
  /** While it is false no message is made: nobody would get it. */
  readonly hasSubscribers: boolean
  publish(message: Message): void
}

const log = debuglog('disredis')

/**
 * The channel of that name. With `NODE_DEBUG=disredis` each of its messages is a line of the standard
 * error as well.
 *
 * @param describe the line: never with arguments of commands, keys or secrets
 */
export function diagnosticChannel<Message extends object>(
  name: string,
  describe: (message: Message) => string,
): DiagnosticChannel<Message> {
  const it = channel(name)
  if (log.enabled) it.subscribe((message) => writeLine(describe(message as Message)))
  return it
}

function writeLine(line: string): void {
  // Seconds since the process began.
  log('%s %s', (performance.now() / 1000).toFixed(3), line)
}
