import { startFleet } from '@disredis/fleet'
import { expect, test, vi } from 'vitest'
import { Disredis } from '../src/index.js'

test('with fenceAfter, writes are held while no majority of the Sentinels is in reach; reads go on', async () => {
  await using fleet = await startFleet({ masters: 1, replicas: 0, sentinels: 3, downAfter: 60_000 })
  await using redis = await Disredis.connect({ sentinels: fleet.sentinels, fenceAfter: 100 })
  await redis.set('k', 'v')
  await fleet.sentinel(1).kill()
  expect(await redis.set('k', 'with two of three')).toBe('OK')
  await fleet.sentinel(2).kill()
  await expect.poll(() => redis.health().shards[0]?.isFenced, { timeout: 30_000 }).toBe(true)
  expect(redis.health().state).toBe('degraded')
  const held = redis.set('k', 'held')
  // On connections of their own, which are made only now.
  const durable = redis.durable({ replicas: 1, timeout: 50 }).set('durable', 'held')
  const work = vi.fn(async () => {})
  const transaction = redis.transaction(['k'], work)
  await expect(redis.with({ timeout: 200 }).set('other', 'x')).rejects.toMatchObject({
    mayHaveExecuted: false,
    cause: { code: 'DISREDIS_FENCED' },
  })
  expect(work).not.toHaveBeenCalled()
  expect(await fleet.master().command('EXISTS', 'durable')).toBe(0)
  await fleet.sentinel(1).restart()
  expect(await held).toBe('OK')
  await expect(durable).rejects.toMatchObject({ code: 'DISREDIS_DURABILITY' })
  await transaction
  expect(work).toHaveBeenCalledOnce()
  expect(await redis.get('k')).toBe('held')
})

test('without it, all Sentinels may die and the masters are served on', async () => {
  await using fleet = await startFleet({ masters: 1, replicas: 0, sentinels: 3, downAfter: 60_000 })
  await using redis = await Disredis.connect({ sentinels: fleet.sentinels })
  for (const number of [1, 2, 3]) await fleet.sentinel(number).kill()
  await expect.poll(() => redis.health().state, { timeout: 30_000 }).toBe('degraded')
  expect(await redis.set('k', 'v')).toBe('OK')
  for (const number of [1, 2, 3]) await fleet.sentinel(number).restart()
  await expect.poll(() => redis.health().state, { timeout: 30_000 }).toBe('ok')
})
