import { RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible'
import { expect, test } from 'vitest'
import { ThreeMasters } from './three-masters.js'

const masters = ThreeMasters.forThisFile()

test('counts points per key, on all shards, and blocks who has none left', async () => {
  const storeClient = await masters.client()
  const limiter = new RateLimiterRedis({ storeClient, points: 3, duration: 60, keyPrefix: 'rl' })
  const users = Array.from({ length: 30 }, (_, i) => `user-${i}`)
  for (let i = 1; i <= 3; i++) {
    const results = await Promise.all(users.map((user) => limiter.consume(user)))
    expect(results.map(({ consumedPoints }) => consumedPoints)).toEqual(users.map(() => i))
    expect(results.every(({ msBeforeNext }) => msBeforeNext > 0)).toBe(true)
  }
  const refused = await limiter.consume('user-7').catch((reason: unknown) => reason)
  expect(refused).toBeInstanceOf(RateLimiterRes)
  expect(refused).toMatchObject({ remainingPoints: 0, consumedPoints: 4 })
  expect(await masters.shardsInUse(storeClient)).toHaveLength(3)
})

test('reads, sets, rewards, blocks and deletes', async () => {
  const storeClient = await masters.client({ keyPrefix: 'app:' })
  const limiter = new RateLimiterRedis({
    storeClient,
    points: 5,
    duration: 60,
    rejectIfRedisNotReady: true,
  })
  expect(await limiter.get('u')).toBeNull()
  await limiter.consume('u', 2)
  expect(await limiter.reward('u', 1)).toMatchObject({ consumedPoints: 1 })
  expect(await limiter.penalty('u', 3)).toMatchObject({ consumedPoints: 4 })
  expect(await limiter.set('u', 1, 60)).toMatchObject({ consumedPoints: 1 })
  expect(await limiter.get('u')).toMatchObject({ consumedPoints: 1, remainingPoints: 4 })
  expect(await limiter.block('u', 60)).toMatchObject({ consumedPoints: 6 })
  await expect(limiter.consume('u')).rejects.toMatchObject({ remainingPoints: 0 })
  expect(await limiter.delete('u')).toBe(true)
  expect(await limiter.get('u')).toBeNull()
})

test('goes on counting on the promoted replica after a master crashed', async () => {
  const storeClient = await masters.client()
  const limiter = new RateLimiterRedis({ storeClient, points: 10, duration: 600, keyPrefix: 'f' })
  const user = Array.from({ length: 100 }, (_, i) => `${i}`).find(
    (name) => storeClient.explain(`f:${name}`).shard === 'shard-2',
  )!
  await limiter.consume(user, 4)
  await masters.fleet.waitForSync('shard-2')
  await masters.fleet.master('shard-2').kill()
  expect(await limiter.consume(user, 1)).toMatchObject({ consumedPoints: 5 })
})
