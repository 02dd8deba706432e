import { InvalidOptionError } from '@disredis/sentinel'
import type { DisredisOptions } from './disredis-options.js'

/** By name, as somebody gave them. */
export type Options = Readonly<Record<string, unknown>>

/** What ioredis takes and this client cannot do, by option: what may be said all the same, and what to do. */
const refused: Readonly<Record<string, { readonly only?: unknown; readonly instead: string }>> = {
  replyMapping: { only: 'legacy', instead: 'replies have the shapes of RESP2' },
  protocol: { only: 3, instead: 'every connection speaks RESP3' },
  autoResubscribe: { only: true, instead: 'subscriptions are always restored' },
  readOnly: { only: false, instead: "use `readFrom: 'replica'`" },
  preferredSlaves: { instead: "use `readFrom: 'nearest'` or 'replica'" },
  himportFieldsets: { instead: 'connect an ioredis to one node for it' },
  Connector: { instead: 'use `openSocket`' },
}

/**
 * Options in which a word of ioredis stands for one of ours: honoured, or refused by name. Those that are
 * not needed here (`retryStrategy`, `maxRetriesPerRequest`, ...) are left as they are.
 */
export function readIoredisOptions(options: DisredisOptions): DisredisOptions {
  const given = options as unknown as Options
  for (const [name, { only, instead }] of Object.entries(refused)) {
    const value = given[name]
    if (value == null || value === only) continue
    throw new InvalidOptionError(
      `\`${name}\`${only === undefined ? '' : ` other than ${only}`} is not supported: ${instead}`,
    )
  }
  const read: Record<string, unknown> = { ...given }
  if (typeof given.db === 'string' && /^\d+$/u.test(given.db)) read.db = Number(given.db)
  if (Buffer.isBuffer(given.keyPrefix)) read.keyPrefix = textOf(given.keyPrefix)
  if (Array.isArray(given.sentinels)) read.sentinels = given.sentinels.map(withNumericPort)
  readRole(given, read)
  readOfflineQueue(given, read)
  return read as unknown as DisredisOptions
}

/** `{ host, port: '26379' }`, as environment variables have it. */
function withNumericPort(sentinel: unknown): unknown {
  const port = (sentinel as { port?: unknown } | null)?.port
  const isDigits = typeof port === 'string' && /^\d{1,5}$/u.test(port)
  return isDigits ? { ...(sentinel as object), port: Number(port) } : sentinel
}

function textOf(prefix: Buffer): string {
  const text = prefix.toString()
  if (Buffer.from(text).equals(prefix)) return text
  throw new InvalidOptionError('`keyPrefix` takes a string, or a Buffer of UTF-8')
}

/** Reads of `role: 'slave'` are answered by replicas. */
function readRole({ role, readFrom }: Options, options: Record<string, unknown>): void {
  delete options.role
  if (role == null) return
  if (role !== 'master' && role !== 'slave') {
    throw new InvalidOptionError("`role` takes 'master' or 'slave'; `readFrom` has more choices")
  }
  const meant = role === 'master' ? 'master' : 'replica'
  if (readFrom != null && readFrom !== meant) {
    throw new InvalidOptionError(
      `\`role: '${role}'\` and \`readFrom: '${readFrom}'\` contradict each other`,
    )
  }
  options.readFrom = meant
}

/** Without a queue, commands for a shard without a master are rejected at once. */
function readOfflineQueue(
  { enableOfflineQueue, queue }: Options,
  options: Record<string, unknown>,
): void {
  delete options.enableOfflineQueue
  if (enableOfflineQueue == null || enableOfflineQueue === true) return
  if (enableOfflineQueue !== false) {
    throw new InvalidOptionError('`enableOfflineQueue` takes true or false')
  }
  if (queue != null) {
    throw new InvalidOptionError('`queue` and `enableOfflineQueue: false` contradict each other')
  }
  options.queue = { maxCommands: 0 }
}
