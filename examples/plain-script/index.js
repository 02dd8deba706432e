import { Disredis, OutcomeUnknownError } from '@disredis/client'

const sentinels = process.env.SENTINELS ?? '127.0.0.1:26379,127.0.0.1:26380,127.0.0.1:26381'
const redis = await Disredis.connect(sentinels)
redis.on('failoverCompleted', ({ shard, duration }) => console.log(`${shard}: ${duration} ms`))

try {
  // Each key has its master; keys with the same hash tag share one, and may be used together.
  await redis.set('user:1000', 'Ada', 'EX', 3600)
  console.log('user:1000 is', await redis.get('user:1000'), 'on', redis.explain('user:1000').shard)

  const [[, visits]] = await redis
    .multi()
    .incr('{user:1000}:visits')
    .expire('{user:1000}:visits', 3600)
    .exec()
  console.log('visits:', visits)

  // One call for keys on several masters.
  await redis.mset('a', '1', 'b', '2', 'c', '3')
  console.log('a, b, c are', await redis.mget('a', 'b', 'c'))
} catch (error) {
  // The only error after which you do not know whether a write was executed.
  if (error instanceof OutcomeUnknownError) console.log('Read the key to find out:', error.message)
  throw error
} finally {
  await redis.close()
}
