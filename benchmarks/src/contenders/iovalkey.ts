import { Redis } from 'iovalkey'
import { firstShard, type Target } from './contender.js'
import { IoredisStyleClient } from './ioredis-style.js'

/** iovalkey with its defaults on one master. */
export async function connect(target: Target) {
  const { host, port } = firstShard(target)
  const redis = new Redis({ host, port, lazyConnect: true })
  await redis.connect()
  return new IoredisStyleClient(redis, () => redis.quit())
}
