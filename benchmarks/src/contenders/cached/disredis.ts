import { Disredis } from '@disredis/client'
import type { CachedClient } from '../cached-client.js'
import type { Target } from '../contender.js'

/** What a kept value takes besides itself: see `packages/client/src/cache/memory.ts`. */
const entryBytes = 300

export async function connectCached(
  target: Target,
  entries: number,
  valueBytes: number,
): Promise<CachedClient> {
  const redis = await Disredis.connect({
    ...options(target),
    cache: { maxBytes: entries * (valueBytes + entryBytes) },
  })
  const cached = redis.cached()
  return {
    get: (key) => cached.get(key),
    getFields: (key) => cached.hgetall(key),
    close: () => redis.close(),
  }
}

export async function connectPlain(target: Target): Promise<CachedClient> {
  const redis = await Disredis.connect(options(target))
  return {
    get: (key) => redis.get(key),
    getFields: (key) => redis.hgetall(key),
    close: () => redis.close(),
  }
}

function options({ sentinels, shards }: Target) {
  return {
    sentinels: sentinels.map(({ host, port }) => `${host}:${port}`),
    masters: shards.map(({ name }) => name),
    ringName: `of_${shards.length}`,
  }
}
