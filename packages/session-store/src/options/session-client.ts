import { Disredis, type DisredisOptions } from '@disredis/client'
import { SessionOptionError } from '../errors.js'
import type { SessionRedis } from '../storage/session-redis.js'
import type { SessionConnection } from './session-store-options.js'

/** Every option of a Disredis client: what stands beside them is none of its business. */
export const CLIENT_OPTIONS = [
  'sentinels',
  'masters',
  'name',
  'ring',
  'placement',
  'ringName',
  'username',
  'password',
  'credentials',
  'sentinelUsername',
  'sentinelPassword',
  'tls',
  'sentinelTLS',
  'db',
  'keyPrefix',
  'natMap',
  'allowAddress',
  'silenceTimeout',
  'livenessTimeout',
  'connectTimeout',
  'commandTimeout',
  'connectionName',
  'lazyConnect',
  'queue',
  'retryWrites',
  'readFrom',
  'maxReplicaLag',
  'readYourWrites',
  'failoverGate',
  'fenceAfter',
  'cache',
  'sentinelPollInterval',
  'openSocket',
  'runtime',
  'stringNumbers',
  'showFriendlyErrorStack',
  'scripts',
  'lookup',
  'family',
] as const satisfies readonly (keyof DisredisOptions)[]

/** A store's client; `close` is there if the store made it. */
export interface SessionClient {
  readonly client: SessionRedis
  readonly close: (() => Promise<void>) | undefined
}

/** @throws SessionOptionError, and what the Disredis client throws for its options. */
export function openClient(
  connection: SessionConnection,
  nearCache?: object | undefined,
): SessionClient {
  const { client } = connection
  if (client !== undefined) {
    if (typeof client?.evalsha === 'function') return { client, close: undefined }
    throw new SessionOptionError('Option client takes a Disredis client or an ioredis Redis')
  }
  if (!('sentinels' in connection)) {
    throw new SessionOptionError('Give `sentinels: [...]`, or an existing client as `client`')
  }
  const given = CLIENT_OPTIONS.filter((name) => connection[name] !== undefined)
  const options: Record<string, unknown> = Object.fromEntries(
    given.map((name) => [name, connection[name]]),
  )
  if (nearCache !== undefined) options.cache ??= {}
  const opened = new Disredis(options as unknown as DisredisOptions)
  return { client: opened, close: () => opened.close() }
}
