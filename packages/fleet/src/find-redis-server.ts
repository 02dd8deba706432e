import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { inspectServer, isSupported, type ServerBinary } from './server-binary.js'

export async function findRedisServer(): Promise<ServerBinary | undefined> {
  const given = process.env.DISREDIS_REDIS_SERVER
  if (given) return inspectServer(given)
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    for (const name of ['redis-server', 'valkey-server']) {
      try {
        accessSync(join(folder, name), constants.X_OK)
      } catch {
        continue
      }
      const binary = await inspectServer(join(folder, name))
      if (isSupported(binary)) return binary
    }
  }
  return undefined
}
