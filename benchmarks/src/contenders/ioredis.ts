import { Redis } from 'ioredis'
import { firstShard, type Target } from './contender.js'
import { IoredisStyleClient } from './ioredis-style.js'

async function connectWith(target: Target, enableAutoPipelining: boolean) {
  const { host, port } = firstShard(target)
  const redis = new Redis({ host, port, enableAutoPipelining, lazyConnect: true })
  await redis.connect()
  return new IoredisStyleClient(redis, () => redis.quit())
}

/** ioredis with its defaults on one master. */
export const connectPlain = (target: Target) => connectWith(target, false)

/** ioredis with `enableAutoPipelining` on one master. */
export const connectAutoPipelining = (target: Target) => connectWith(target, true)
