import { once } from 'node:events'
import { type Fleet, startFleet } from '@disredis/fleet'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { Disredis } from '../src/index.js'

let fleet: Fleet

beforeAll(async () => {
  fleet = await startFleet({ masters: 1, replicas: 1, sentinels: 3, downAfter: 30_000 })
})

afterAll(async () => {
  await fleet?.close()
})

afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

/** As jest and sinon do it too: whatever can tell the time or wait stands still. */
function stopTime(): void {
  vi.useFakeTimers({
    toFake: [
      'setTimeout',
      'clearTimeout',
      'setInterval',
      'clearInterval',
      'setImmediate',
      'clearImmediate',
      'Date',
      'performance',
    ],
  })
  vi.stubGlobal('queueMicrotask', () => {})
}

test('deadlines pass while time stands still', async () => {
  await using redis = await Disredis.connect({ sentinels: fleet.sentinels })
  await redis.get('k')
  await fleet.master().pause()
  stopTime()
  await expect(redis.with({ timeout: 100 }).get('k')).rejects.toMatchObject({
    code: 'DISREDIS_COMMAND_TIMEOUT',
  })
  vi.useRealTimers()
  await fleet.master().resume()
  await expect.poll(() => redis.get('k').catch((error) => error), { timeout: 30_000 }).toBeNull()
})

test('a client works while time stands still, from its start to its end, through a failover', async () => {
  stopTime()
  const redis = await Disredis.connect({ sentinels: fleet.sentinels })
  await redis.set('k', 'v')
  expect(await redis.pipeline().get('k').exec()).toEqual([[null, 'v']])
  expect(await redis.multi().get('k').exec()).toEqual([[null, 'v']])
  const called = new Promise((resolve) => redis.get('k', (_, value) => resolve(value)))
  expect(await called).toBe('v')
  const popped = redis.blpop('list', 0)
  await redis.rpush('list', 'x')
  expect(await popped).toEqual(['list', 'x'])
  await redis.subscribe('channel')
  const message = once(redis, 'message')
  await redis.publish('channel', 'm')
  expect(await message).toEqual(['channel', 'm'])
  await expect(redis.blpop('empty', 0.05)).resolves.toBeNull()
  const completed = once(redis, 'failoverCompleted')
  vi.useRealTimers()
  await fleet.waitForSync()
  await fleet.failover()
  stopTime()
  await completed
  expect(await redis.get('k')).toBe('v')
  await redis.quit()
  await once(redis, 'end')
})
