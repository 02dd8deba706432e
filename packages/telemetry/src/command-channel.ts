import { tracingChannel } from 'node:diagnostics_channel'

/** ioredis's tracing channel, on which the client tells of each command that is written to a socket. */
export const COMMAND_CHANNEL = 'ioredis:command'

/** What its subscribers get; the same object from `start` to `asyncEnd`. */
export interface CommandMessage {
  /** As it was called, in any case. */
  readonly command: string
  readonly database: number
  readonly serverAddress: string
  readonly serverPort: number
  /** Once it has failed. */
  readonly error?: unknown
}

export interface CommandListener {
  /** It is being written. */
  started(message: CommandMessage): void
  /** Its promise is settled; `message.error` if it was rejected. */
  settled(message: CommandMessage): void
}

/** Subscribes; call what it returns to stop. */
export function listenToCommands({ started, settled }: CommandListener): () => void {
  const channel = tracingChannel<string, CommandMessage>(COMMAND_CHANNEL)
  const subscribers = {
    start: started,
    end() {},
    asyncStart() {},
    asyncEnd: settled,
    error() {},
  } as unknown as Parameters<typeof channel.subscribe>[0]
  channel.subscribe(subscribers)
  return () => void channel.unsubscribe(subscribers)
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
