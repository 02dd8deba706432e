import { tracingChannel } from 'node:diagnostics_channel'
import type { Argument } from '@disredis/connection'

/**
 * ioredis's channel, by which tracers such as OpenTelemetry's follow its commands: `start` when a command
 * is written, `asyncEnd` or `error` when its promise settles. The context has ioredis's shape.
 */
export const commandChannel = tracingChannel('ioredis:command')

/** What subscribers get. */
export interface CommandTraceContext {
  readonly command: string
  /** What may be shown of the arguments; `?` stands for each of the others. */
  readonly args: readonly string[]
  readonly database: number
  readonly serverAddress: string
  readonly serverPort: number
}

interface Traced {
  readonly name: string
  readonly args: readonly Argument[]
  /** Settles with the command. */
  readonly promise: Promise<unknown>
}

interface Carrier {
  readonly address: { readonly host: string; readonly port: number }
  readonly db: number
}

const started = new WeakSet<object>()

/** Tells of a command that is being written, once: what is sent again is the same command. */
export function traceCommand(command: Traced, { address, db }: Carrier): void {
  const { name, args, promise } = command
  if (started.has(command)) return
  started.add(command)
  const context: CommandTraceContext = {
    command: name,
    args: shownArguments(name, args),
    database: db,
    serverAddress: address.host,
    serverPort: address.port,
  }
  // The wrapper rejects as well; the promise itself is the caller's.
  commandChannel.tracePromise(() => promise, context).catch(() => {})
}

/**
 * How many arguments of a command are no payload, as OpenTelemetry's redis instrumentation has it: none of
 * those that are not listed, the key of those that write, all of those that hold no values.
 */
const shown: readonly (readonly [name: RegExp, count: number])[] = [
  [/^ECHO/i, 0],
  [/^(?:GETSET|LPUSH|MSET|PFA|PSETEX|PUBLISH|RPUSH|SADD|SET|SPUBLISH|XADD|ZADD)/i, 1],
  [/^(?:HSET|HMSET|LSET|LINSERT)/i, 2],
  [
    /^(?:BIT|B[LRZ]|CLUSTER|COMMAND|DECR|DEL|EX|GEO|GET|HINCR|HMGET|HSCAN|INCR|L[TRLM]|MEMORY|P[EFISTU]|RPOP|S[CDIMORSU]|XACK|X[CDGILPRT]|Z[CDILMPRS])/i,
    Number.POSITIVE_INFINITY,
  ],
]

function shownArguments(name: string, args: readonly Argument[]): string[] {
  const [, count] = shown.find(([pattern]) => pattern.test(name)) ?? ['', 0]
  return args.map((arg, i) => (i < count ? String(arg) : '?'))
}
