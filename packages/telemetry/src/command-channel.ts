import { type ChannelListener, subscribe, unsubscribe } from 'node:diagnostics_channel'
import { COMMAND_CHANNEL, COMMAND_START_CHANNEL, type CommandMessage } from '@disredis/client'

export type CommandListener = (message: CommandMessage) => void

/**
 * Subscribes to the ends of commands, and to their starts where that is wanted: call what it returns to
 * stop.
 */
export function listenToCommands(ended: CommandListener, started?: CommandListener): () => void {
  // Themselves, not in a function that calls them: it is done for every command.
  const [onEnd, onStart] = [ended, started] as unknown as [ChannelListener, ChannelListener?]
  subscribe(COMMAND_CHANNEL, onEnd)
  if (onStart !== undefined) subscribe(COMMAND_START_CHANNEL, onStart)
  return () => {
    unsubscribe(COMMAND_CHANNEL, onEnd)
    if (onStart !== undefined) unsubscribe(COMMAND_START_CHANNEL, onStart)
  }
}

/** `WRONGTYPE` of a server, `DISREDIS_OUTCOME_UNKNOWN` of the client; else the error's name. */
export function errorCodeOf(error: unknown): string {
  const { code, message, name } = error as { code?: unknown; message?: unknown; name?: unknown }
  if (typeof code === 'string') return code
  const [word = ''] = String(message).split(' ', 1)
  return /^[A-Z]{2,}$/u.test(word) ? word : String(name ?? 'Error')
}

/** An answer of the server, not a loss of it. */
export function isServerError(error: unknown): boolean {
  return (error as { name?: unknown }).name === 'ReplyError'
}
