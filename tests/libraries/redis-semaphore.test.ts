import { MultiSemaphore, Mutex, Semaphore } from 'redis-semaphore'
import { expect, test } from 'vitest'
import { ThreeMasters } from './three-masters.js'

const masters = ThreeMasters.forThisFile()

test('a mutex is held by one at a time, on whatever shard it lives', async () => {
  const redis = await masters.client()
  for (let i = 0; i < 12; i++) {
    const first = new Mutex(redis, `lock-${i}`, { acquireAttemptsLimit: 1 })
    const second = new Mutex(redis, `lock-${i}`, { acquireAttemptsLimit: 1 })
    expect(await first.tryAcquire()).toBe(true)
    expect(await second.tryAcquire()).toBe(false)
    await first.release()
    expect(await second.tryAcquire()).toBe(true)
    await second.release()
  }
})

test('two who want a mutex at once do not overlap', async () => {
  const redis = await masters.client()
  let inside = 0
  let most = 0
  await Promise.all(
    Array.from({ length: 8 }, async () => {
      const mutex = new Mutex(redis, 'crowded', { acquireTimeout: 60_000, retryInterval: 5 })
      await mutex.acquire()
      most = Math.max(most, ++inside)
      await redis.get('crowded')
      inside--
      await mutex.release()
    }),
  )
  expect(most).toBe(1)
})

test('semaphores admit as many as they may', async () => {
  const redis = await masters.client()
  const semaphores = Array.from(
    { length: 3 },
    () => new Semaphore(redis, 'two', 2, { acquireAttemptsLimit: 1 }),
  )
  const admitted = await Promise.all(semaphores.map((it) => it.tryAcquire()))
  expect(admitted.filter(Boolean)).toHaveLength(2)
  await Promise.all(semaphores.map((it) => it.release()))
  const many = new MultiSemaphore(redis, 'many', 5, 3)
  await many.acquire()
  expect(
    await new MultiSemaphore(redis, 'many', 5, 3, { acquireAttemptsLimit: 1 }).tryAcquire(),
  ).toBe(false)
  await many.release()
})
