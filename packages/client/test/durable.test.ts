import { type Fleet, startFleet } from '@disredis/fleet'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Disredis } from '../src/index.js'

let fleet: Fleet
let redis: Disredis

beforeAll(async () => {
  fleet = await startFleet({ masters: 3, replicas: 1, sentinels: 3, downAfter: 60_000 })
  redis = await Disredis.connect({ sentinels: fleet.sentinels })
})

afterAll(async () => {
  await redis?.close()
  await fleet?.close()
})

describe('a durable write', () => {
  test('is acknowledged by its replicas, and says how many when they are too few', async () => {
    const durable = redis.durable({ replicas: 1, timeout: 5000 })
    expect(await durable.set('d:k', 'v')).toBe('OK')
    expect(await durable.hset('d:h', { a: '1' })).toBe(1)
    expect(await durable.hgetall('d:h')).toEqual({ a: '1' })
    const { shard } = redis.explain('d:k')
    expect(await fleet.replicas(shard)[0]!.command('GET', 'd:k')).toBe('v')
    const error = await redis
      .durable({ replicas: 2, timeout: 50 })
      .set('d:k', 'w')
      .catch((e) => e)
    expect(error).toMatchObject({ code: 'DISREDIS_DURABILITY', mayHaveExecuted: true })
    expect(error.message).toContain('1 of 2 replicas')
    expect(await redis.get('d:k')).toBe('w')
    await expect(durable.lpush('d:k', 'x')).rejects.toThrow('WRONGTYPE')
  })

  test('may be one of many, in a pipeline', async () => {
    const durable = redis.durable({ replicas: 1, timeout: 5000 })
    const keys = Array.from({ length: 30 }, (_, i) => `d:p${i}`)
    const pipeline = durable.pipeline()
    for (const key of keys) pipeline.set(key, key).get(key)
    const results = await pipeline.exec()
    expect(results).toEqual(
      keys.flatMap((key) => [
        [null, 'OK'],
        [null, key],
      ]),
    )
    for (const key of keys) {
      const [replica] = fleet.replicas(redis.explain(key).shard)
      expect(await replica!.command('GET', key)).toBe(key)
    }
    expect(await durable.mget(keys)).toEqual(keys)
    const tooFew = await redis
      .durable({ replicas: 2, timeout: 20 })
      .pipeline()
      .set('d:few', '1')
      .get('d:few')
      .exec()
    expect(tooFew).toMatchObject([[{ code: 'DISREDIS_DURABILITY' }], [null, expect.anything()]])
  })

  test('may be a transaction', async () => {
    const durable = redis.durable({ replicas: 1, timeout: 5000 })
    expect(await durable.multi().set('{d}a', '1').incr('{d}a').hset('{d}a', 'f', 1).exec()).toEqual(
      [[null, 'OK'], [null, 2], [expect.objectContaining({ name: 'ReplyError' })]],
    )
    const [replica] = fleet.replicas(redis.explain('{d}a').shard)
    expect(await replica!.command('GET', '{d}a')).toBe('2')
    await expect(
      redis.durable({ replicas: 2, timeout: 20 }).multi().incr('{d}a').exec(),
    ).rejects.toMatchObject({ code: 'DISREDIS_DURABILITY', mayHaveExecuted: true })
    expect(await redis.get('{d}a')).toBe('3')
    await expect(durable.multi().incr('{d}a').call('SET', '{d}a').exec()).rejects.toThrow(
      'EXECABORT',
    )
    const apart = durable.multi()
    for (let i = 0; i < 20; i++) apart.set(`d:apart${i}`, '1')
    await expect(apart.exec()).rejects.toMatchObject({ code: 'DISREDIS_CROSS_SHARD' })
  })

  test('may be split over shards, or go to all of them', async () => {
    const durable = redis.durable({ replicas: 1, timeout: 5000 })
    const keys = Array.from({ length: 30 }, (_, i) => `d:s${i}`)
    expect(await durable.mset(...keys.flatMap((key) => [key, key]))).toBe('OK')
    for (const key of keys) {
      const [replica] = fleet.replicas(redis.explain(key).shard)
      expect(await replica!.command('GET', key)).toBe(key)
    }
    const error = await redis
      .durable({ replicas: 2, timeout: 20 })
      .del(keys)
      .catch((e) => e)
    // All shards say the same, unless a replica was too slow even for one.
    expect(error).toMatchObject({
      code: expect.stringMatching(/DISREDIS_(DURABILITY|PARTIAL_FAILURE)/),
      mayHaveExecuted: true,
    })
    expect(await durable.exists(keys)).toBe(0)
    const sha = await durable.script('LOAD', 'return ARGV[1]')
    expect(await durable.evalsha(sha as string, 1, 'd:k', 'x')).toBe('x')
  })

  test('waits for the masters like any other when it is early', async () => {
    await using client = new Disredis({ sentinels: fleet.sentinels })
    const durable = client.durable({ replicas: 1, timeout: 5000 })
    expect(await Promise.all([durable.set('d:early', '1'), durable.get('d:early')])).toEqual([
      'OK',
      '1',
    ])
  })

  test('refuses what would wait in front of other durable writes', async () => {
    const durable = redis.durable({ replicas: 1, timeout: 1000 })
    await expect(durable.blpop('d:list', 0)).rejects.toMatchObject({
      code: 'DISREDIS_NOT_ROUTABLE',
      message: expect.stringContaining('on the client itself'),
    })
    expect(await durable.publish('d:channel', 'x')).toBe(0)
  })

  test('delays no other command while it waits', async () => {
    const waiting = redis
      .durable({ replicas: 5, timeout: 3000 })
      .set('d:slow', 'v')
      .catch((e) => e)
    const { shard } = redis.explain('d:slow')
    let answered = 0
    for (let i = 0; i < 200; i++) {
      if (redis.explain(`d:${i}`).shard !== shard) continue
      await redis.set(`d:${i}`, '1')
      answered++
    }
    expect(answered).toBeGreaterThan(10)
    expect(await Promise.race([waiting, Promise.resolve('still waiting')])).toBe('still waiting')
    expect(await waiting).toMatchObject({ code: 'DISREDIS_DURABILITY' })
  })
})
