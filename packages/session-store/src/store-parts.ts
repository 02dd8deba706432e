import type { CachedOptions, CallOptions } from '@disredis/client'
import { createCounters } from './counters.js'
import { SessionOptionError } from './errors.js'
import { Deadlines } from './operations/deadline.js'
import { Membership } from './operations/membership.js'
import { ServerClock } from './operations/server-clock.js'
import { SessionAdmin } from './operations/session-admin.js'
import { SessionReader } from './operations/session-reader.js'
import { SessionWriter } from './operations/session-writer.js'
import type { StoreContext } from './operations/store-context.js'
import { UserSessions } from './operations/user-sessions.js'
import type { Settings } from './options/resolve-options.js'
import { PayloadCodec } from './payload/payload-codec.js'
import { SessionDecoder } from './payload/session-decoder.js'
import { ConnectRedisLayout } from './storage/connect-redis-layout.js'
import { HashLayout } from './storage/hash-layout.js'
import { RecentMap } from './storage/recent-map.js'
import { ScriptExecutor } from './storage/script-executor.js'
import { SessionKeys } from './storage/session-keys.js'
import type { SessionRedis } from './storage/session-redis.js'
import { SessionStorage, type TakeOver } from './storage/session-storage.js'
import { UserRegistry } from './storage/user-registry.js'

/** What a store is made of. */
export interface StoreParts<Data extends object> {
  readonly context: StoreContext<Data>
  readonly reader: SessionReader<Data>
  readonly writer: SessionWriter<Data>
  readonly admin: SessionAdmin<Data>
  readonly userSessions: UserSessions<Data>
  readonly scripts: ScriptExecutor
}

/** Sessions of which a process knows the user, to ask both shards at once. */
const USER_HINTS = 50_000

export function assembleParts<Data extends object>(
  settings: Settings<Data>,
  tidy: StoreContext<Data>['tidy'],
): StoreParts<Data> {
  const client = withPolicy(settings.client, settings.deadline)
  const near = nearReads(settings, client)
  const scripts = new ScriptExecutor(settings.client, client, settings.durability)
  const clock = new ServerClock()
  const codec = new PayloadCodec(settings)
  const now = () => clock.now()
  const hash = new HashLayout({ ...settings, client, near, scripts, codec, now })
  const { prefix, connectRedis, hashIds } = settings
  const keys = new SessionKeys(prefix, connectRedis?.prefix ?? prefix, hashIds)
  const counters = createCounters()
  const context: StoreContext<Data> = {
    settings,
    keys,
    storage: new SessionStorage(hash, takeOverOf(settings), counters),
    users: new UserRegistry(
      client,
      near,
      scripts,
      keys,
      settings.absoluteTimeout,
      () => clock.leastEpoch,
    ),
    counters,
    deadlines: new Deadlines(settings.deadline),
    clock,
    userHints: new RecentMap(USER_HINTS),
    tidy,
  }
  const decoder = new SessionDecoder(settings, counters)
  const reader = new SessionReader(context, decoder)
  const writer = new SessionWriter(context, decoder, new Membership(context))
  return {
    context,
    reader,
    writer,
    admin: new SessionAdmin(context, reader),
    userSessions: new UserSessions(context, reader, writer),
    scripts,
  }
}

/**
 * A Disredis client may repeat what the store sends, and need not try longer than the store waits.
 * Sessions are read from the master, whatever else the client is set to: a replica may not know yet
 * that one was destroyed or revoked.
 */
function withPolicy(client: SessionRedis, timeout: number): SessionRedis {
  const { with: withOptions } = client as {
    with?: (options: CallOptions) => SessionRedis
  }
  if (typeof withOptions !== 'function') return client
  return withOptions.call(client, { timeout, idempotent: true, readFrom: 'master' })
}

/** Where sessions are read that need not be fresh: from the client itself, unless `nearCache` is set. */
function nearReads<Data extends object>(
  { client, nearCache, deadline }: Settings<Data>,
  direct: SessionRedis,
): SessionRedis {
  if (nearCache === undefined) return direct
  const { cached } = client as { cached?: (options: CachedOptions) => SessionRedis }
  if (typeof cached !== 'function') throw refusedNearCache()
  try {
    return cached.call(client, { maxAge: nearCache.maxAge, timeout: deadline })
  } catch (cause) {
    throw refusedNearCache(cause)
  }
}

function refusedNearCache(cause?: unknown): SessionOptionError {
  const message = 'Option nearCache needs a Disredis client that was made with the option cache'
  return new SessionOptionError(message, { cause })
}

function takeOverOf<Data extends object>(settings: Settings<Data>): TakeOver | undefined {
  const { connectRedis, durability, deadline } = settings
  if (connectRedis === undefined) return undefined
  const client = withPolicy(connectRedis.client, deadline)
  const scripts = new ScriptExecutor(connectRedis.client, client, durability)
  const layout = new ConnectRedisLayout({ ...settings, client, scripts })
  return { layout, mode: connectRedis.mode }
}
