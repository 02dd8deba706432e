import { Disredis, type DisredisOptions } from '@disredis/client'
import { SessionOptionError } from './errors.js'
import type { SessionRedis } from './session-redis.js'
import type { SessionConnection } from './session-store-options.js'

/** Every option of a Disredis client; the compiler misses none. */
const CLIENT_OPTIONS: Readonly<Record<keyof DisredisOptions, true>> = {
  sentinels: true,
  masters: true,
  ring: true,
  username: true,
  password: true,
  credentials: true,
  sentinelUsername: true,
  sentinelPassword: true,
  tls: true,
  sentinelTLS: true,
  db: true,
  keyPrefix: true,
  natMap: true,
  connectTimeout: true,
  commandTimeout: true,
  connectionName: true,
  lazyConnect: true,
  queue: true,
  retryWrites: true,
  failoverGate: true,
  fenceAfter: true,
  sentinelPollInterval: true,
  stringNumbers: true,
  lookup: true,
}

/** A store's client; `close` is there if the store made it. */
export interface SessionClient {
  readonly client: SessionRedis
  readonly close: (() => Promise<void>) | undefined
}

/** @throws SessionOptionError, and what the Disredis client throws for its options. */
export function openClient(connection: SessionConnection): SessionClient {
  const { client } = connection
  if (client !== undefined) {
    if (typeof client?.evalsha === 'function') return { client, close: undefined }
    throw new SessionOptionError('Option client takes a Disredis client or an ioredis Redis')
  }
  if (!('sentinels' in connection)) {
    throw new SessionOptionError('Give `sentinels: [...]`, or an existing client as `client`')
  }
  const options = Object.fromEntries(
    Object.entries(connection).filter(([name]) => Object.hasOwn(CLIENT_OPTIONS, name)),
  )
  const opened = new Disredis(options as unknown as DisredisOptions)
  return { client: opened, close: () => opened.close() }
}
