import { ClientSideCache, GlideClient, ProtocolVersion } from '@valkey/valkey-glide'
import type { CachedClient } from '../cached-client.js'
import { firstShard, type Target } from '../contender.js'

/** What it keeps of its own accord beside a value; it counts bytes, as ours does. */
const entryBytes = 300

export async function connect(
  target: Target,
  entries: number,
  valueBytes: number,
): Promise<CachedClient> {
  const { host, port } = firstShard(target)
  const kilobytes = Math.ceil((entries * (valueBytes + entryBytes)) / 1024)
  const client = await GlideClient.createClient({
    addresses: [{ host, port }],
    protocol: ProtocolVersion.RESP3,
    requestTimeout: 10_000,
    clientSideCache: ClientSideCache.create(kilobytes, 0, { serverAssisted: true }),
  })
  return {
    get: (key) => client.get(key) as Promise<string | null>,
    getFields: undefined,
    close: async () => client.close(),
  }
}
