import { createClient } from 'redis'
import type { CachedClient } from '../cached-client.js'
import { firstShard, type Target } from '../contender.js'

export async function connect(target: Target, entries: number): Promise<CachedClient> {
  const { host, port } = firstShard(target)
  const client = createClient({
    RESP: 3,
    socket: { host, port },
    clientSideCache: { ttl: 0, maxEntries: entries, evictPolicy: 'LRU' },
  })
  await client.connect()
  return {
    get: (key) => client.get(key) as Promise<string | null>,
    getFields: (key) => client.hGetAll(key) as Promise<Record<string, string>>,
    close: async () => {
      await client.close()
    },
  }
}
