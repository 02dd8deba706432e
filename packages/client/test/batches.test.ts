import { type Fleet, startFleet } from '@disredis/fleet'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Disredis } from '../src/index.js'

/** A pipeline in which transactions begin and end; ioredis does not type them. */
type Inline = {
  [name: string]: (...args: string[]) => Inline & Promise<[Error | null, unknown][]>
}

function inline(client: Disredis | Redis): Inline {
  return client.pipeline() as unknown as Inline
}

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

  test('may hold transactions, with the results that ioredis gives', async () => {
    const theirs = new Redis(fleet.master('shard-2').address)
    const batch = (client: Disredis | Redis) =>
      inline(client).set!('{i}k', '1').multi!().incr!('{i}k').get!('{i}k').exec!().get!('{i}k')
        .multi!().hset!('{i}h', 'f', 'v').hgetall!('{i}h').incr!('{i}h').exec!().exec!()
    const refused = (client: Disredis | Redis) =>
      inline(client).set!('{i}k', 'kept').multi!().call!('SET', '{i}k').set!('{i}k', 'lost').exec!()
        .get!('{i}k').exec!()
    try {
      for (const execute of [batch, refused]) {
        await redis.del('{i}k', '{i}h')
        await theirs.del('{i}k', '{i}h')
        const texts = (results: unknown[]) =>
          JSON.parse(JSON.stringify(results, (_, it) => (it instanceof Error ? it.message : it)))
        const expected = texts(await execute(theirs))
        expect(texts(await execute(redis))).toEqual(expected)
        expect(expected).toHaveLength(execute === batch ? 11 : 6)
      }
    } finally {
      theirs.disconnect()
    }
  })

  test('gives what stands beside a transaction its own fate', async () => {
    const pipeline = inline(redis)
    pipeline.set!('i:before', '1').multi!()
    for (let i = 0; i < 20; i++) pipeline.set!(`i:apart${i}`, '1')
    expect(() => pipeline.multi!()).toThrow('within a transaction')
    const results = await pipeline.exec!().get!('i:before').exec!()
    expect(pipeline.length).toBe(24)
    expect(results[0]).toEqual([null, 'OK'])
    expect(results.at(-1)).toEqual([null, '1'])
    for (const [error] of results.slice(1, -1)) {
      expect(error).toMatchObject({ code: 'DISREDIS_CROSS_SHARD' })
    }
    expect(await redis.exists('i:apart0', 'i:apart1', 'i:apart2')).toBe(0)
  })

  test('has the names of ioredis: isPipeline, execBuffer', async () => {
    for (const batch of [redis.pipeline(), redis.multi()]) {
      expect(batch.isPipeline).toBe(true)
      batch.set('{i}k', 'v').get('{i}k')
      expect(await batch.execBuffer()).toEqual([
        [null, 'OK'],
        [null, 'v'],
      ])
    }
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

test('a pipeline larger than the queue is taken by a healthy shard, all of it', async () => {
  const client = redis.duplicate({ queue: { maxBytes: 64 * 1024 * 1024 }, commandTimeout: 60_000 })
  await client.ready()
  const megabyte = Buffer.alloc(1024 * 1024, 'x')
  const pipeline = client.pipeline()
  for (let i = 0; i < 250; i++) pipeline.set('{large}', megabyte)
  const results = await pipeline.exec()
  expect(results.filter(([error]) => error !== null)).toEqual([])
  expect(await client.strlen('{large}')).toBe(megabyte.length)
  await client.del('{large}')
  await client.close()
})
