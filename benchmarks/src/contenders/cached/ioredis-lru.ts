import { Redis } from 'ioredis'
import { LRUCache } from 'lru-cache'
import type { CachedClient } from '../cached-client.js'
import { firstShard, type Target } from '../contender.js'

/** What people write by hand; nothing tells it that a value has changed. */
export async function connect(target: Target, entries: number): Promise<CachedClient> {
  const { host, port } = firstShard(target)
  const redis = new Redis({ host, port, lazyConnect: true })
  await redis.connect()
  const texts = new LRUCache<string, string>({ max: entries, ttl: 1000 })
  const hashes = new LRUCache<string, Record<string, string>>({ max: entries, ttl: 1000 })
  return {
    async get(key) {
      const kept = texts.get(key)
      if (kept !== undefined) return kept
      const value = await redis.get(key)
      if (value !== null) texts.set(key, value)
      return value
    },
    async getFields(key) {
      const kept = hashes.get(key)
      if (kept !== undefined) return { ...kept }
      const fields = await redis.hgetall(key)
      hashes.set(key, { ...fields })
      return fields
    },
    close: async () => {
      await redis.quit()
    },
  }
}
