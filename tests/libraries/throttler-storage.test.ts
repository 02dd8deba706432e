import { ThrottlerStorageRedisService } from '@nest-lab/throttler-storage-redis'
import { Redis } from 'ioredis'
import { expect, test } from 'vitest'
import { ThreeMasters } from './three-masters.js'

const masters = ThreeMasters.forThisFile()

test('requests are counted and blocked on all masters', async () => {
  const redis = await masters.client()
  // It makes an ioredis of what is none; this one never connects.
  const storage = new ThrottlerStorageRedisService(new Redis({ lazyConnect: true }))
  storage.redis = redis as never
  const hit = (key: string) => storage.increment(key, 60_000, 2, 30_000, 'default')
  const callers = Array.from({ length: 30 }, (_, i) => `caller-${i}`)
  for (const isBlocked of [false, false, true]) {
    const records = await Promise.all(callers.map(hit))
    expect(records.map((record) => record.isBlocked)).toEqual(callers.map(() => isBlocked))
  }
  expect(await hit('another caller')).toEqual({
    totalHits: 1,
    timeToExpire: 60,
    isBlocked: false,
    timeToBlockExpire: 0,
  })
  expect(await masters.shardsInUse(redis)).toHaveLength(3)
  storage.onModuleDestroy()
  expect(await redis.ping()).toBe('PONG')
})
