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

describe('a pipeline', () => {
  test('spans shards and answers in order, in the shape of ioredis', async () => {
    const pipeline = redis.pipeline()
    for (let i = 0; i < 300; i++) pipeline.set(`p:${i}`, i).get(`p:${i}`)
    expect(pipeline.length).toBe(600)
    const results = await pipeline.exec()
    results?.forEach((result, i) => {
      expect(result).toEqual([null, i % 2 === 0 ? 'OK' : `${(i - 1) / 2}`])
    })
    expect(new Set(Array.from({ length: 300 }, (_, i) => redis.explain(`p:${i}`).shard)).size).toBe(
      3,
    )
  })

  test('gives each command its own error', async () => {
    await redis.set('p:text', 'x')
    const results = await redis
      .pipeline([
        ['incr', 'p:text'],
        ['get', 'p:text'],
        ['hgetall', 'p:none'],
      ])
      .exec()
    expect(results?.[0]?.[0]?.message).toContain('not an integer')
    expect(results?.slice(1)).toEqual([
      [null, 'x'],
      [null, {}],
    ])
  })

  test('calls back, as a whole and for a single command', async () => {
    const seen: unknown[] = []
    await new Promise<void>((resolve) => {
      redis
        .pipeline()
        .set('p:cb', '1', (_error, reply) => seen.push(reply))
        .exec((_error, results) => {
          seen.push(results)
          resolve()
        })
    })
    expect(seen).toEqual(['OK', [[null, 'OK']]])
  })

  test('is sent once', async () => {
    const pipeline = redis.pipeline().set('p:once', '1')
    await pipeline.exec()
    await expect(pipeline.exec()).rejects.toMatchObject({ code: 'DISREDIS_INVALID_OPTION' })
  })
})

describe('a transaction', () => {
  test('is executed as one on the shard of its keys', async () => {
    const results = await redis
      .multi()
      .set('{m}:a', '1')
      .incr('{m}:a')
      .hset('{m}:h', { f: 'v' })
      .hgetall('{m}:h')
      .getBuffer('{m}:a')
      .exec()
    expect(results).toEqual([
      [null, 'OK'],
      [null, 2],
      [null, 1],
      [null, { f: 'v' }],
      [null, Buffer.from('2')],
    ])
  })

  test('gives an error of one command in its place, as Redis does', async () => {
    const results = await redis.multi().set('{m}:t', 'x').incr('{m}:t').get('{m}:t').exec()
    expect(results?.[1]?.[0]).toBeInstanceOf(Error)
    expect(results?.[2]).toEqual([null, 'x'])
  })

  test('rejects with EXECABORT and the reasons when a command cannot be queued', async () => {
    const error = await redis
      .multi()
      .set('{m}:x', '1')
      .call('SET', '{m}:x')
      .exec()
      .catch((e) => e)
    expect(error.message).toContain('EXECABORT')
    expect(error.previousErrors[0].message).toContain('wrong number of arguments')
    expect(await redis.get('{m}:x')).toBeNull()
  })

  test('refuses keys of different shards before anything is sent', async () => {
    const transaction = redis.multi()
    for (let i = 0; i < 50; i++) transaction.set(`apart:${i}`, '1')
    await expect(transaction.exec()).rejects.toMatchObject({ code: 'DISREDIS_CROSS_SHARD' })
    expect(await redis.get('apart:0')).toBeNull()
  })

  test('keeps together what other callers write at the same time', async () => {
    const writers = Array.from({ length: 50 }, (_, i) =>
      redis
        .multi()
        .set('{m}:pair', `${i}`)
        .set('{m}:twin', `${i}`)
        .get('{m}:pair')
        .get('{m}:twin')
        .exec(),
    )
    for (const results of await Promise.all(writers)) {
      expect(results?.[2]?.[1]).toBe(results?.[3]?.[1])
    }
  })

  test('publishes on the shard of its keys, or refuses', async () => {
    await using subscriber = await redis.duplicate()
    const heard: string[] = []
    subscriber.on('message', (channel) => heard.push(channel))
    const { shard } = redis.explain('{m}a')
    const elsewhere = Array.from({ length: 20 }, (_, i) => `c:${i}`).find(
      (channel) => redis.explain(channel).shard !== shard,
    )!
    await subscriber.subscribe('{m}news', elsewhere)
    expect(await redis.multi().set('{m}a', '1').publish('{m}news', 'x').exec()).toEqual([
      [null, 'OK'],
      [null, 1],
    ])
    await expect(
      redis.multi().set('{m}a', '2').publish(elsewhere, 'x').exec(),
    ).rejects.toMatchObject({ code: 'DISREDIS_CROSS_SHARD' })
    await expect.poll(() => heard).toEqual(['{m}news'])
    expect(await redis.get('{m}a')).toBe('1')
  })

  test('on a shard handle needs no key', async () => {
    const results = await redis.shard('shard-2').multi().dbsize().exec()
    expect(results?.[0]?.[0]).toBeNull()
  })
})

describe('a script', () => {
  test('runs on the shard of its keys, and again after the server has forgotten it', async () => {
    redis.defineCommand('addTo', {
      numberOfKeys: 1,
      lua: "return redis.call('INCRBY', KEYS[1], ARGV[1])",
    })
    const add = (key: string, by: number) =>
      (redis as unknown as { addTo(key: string, by: number): Promise<number> }).addTo(key, by)
    expect(await add('s:n', 5)).toBe(5)
    expect(await add('s:n', 5)).toBe(10)
    for (const shard of redis.shards().values()) await shard.script('FLUSH')
    expect(await Promise.all([add('s:n', 1), add('s:n', 1), add('s:n', 1)])).toEqual([11, 12, 13])
    const pipeline = redis.pipeline() as unknown as {
      addTo(key: string, by: number): typeof pipeline
      exec(): Promise<unknown>
    }
    expect(await pipeline.addTo('s:n', 1).addTo('s:m', 1).exec()).toEqual([
      [null, 14],
      [null, 1],
    ])
    const multi = redis.multi() as unknown as {
      addTo(key: string, by: number): typeof multi
      exec(): Promise<unknown>
    }
    expect(await multi.addTo('s:n', 1).exec()).toEqual([[null, 15]])
  })

  test('eval takes its keys to their shard', async () => {
    expect(await redis.eval('return {KEYS[1], ARGV[1]}', 1, 's:k', 'a')).toEqual(['s:k', 'a'])
  })
})
