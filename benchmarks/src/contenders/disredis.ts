import { Disredis } from '@disredis/client'
import type { Target } from './contender.js'
import { IoredisStyleClient } from './ioredis-style.js'

/** disredis with its defaults, over the target's shards and no others that the Sentinels watch. */
export async function connect(target: Target) {
  const redis = await Disredis.connect({
    sentinels: target.sentinels.map(({ host, port }) => `${host}:${port}`),
    masters: target.shards.map(({ name }) => name),
    // One fleet, clients over one, three and all of its masters.
    ringName: `of_${target.shards.length}`,
  })
  return new IoredisStyleClient(redis, () => redis.close())
}
