import { type Fleet, startFleet } from '@disredis/fleet'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type CachedHandle, Disredis, type ShardCacheHealth } from '../src/index.js'

let fleet: Fleet
let redis: Disredis
let cached: CachedHandle

beforeAll(async () => {
  fleet = await startFleet({
    masters: 3,
    replicas: 0,
    sentinels: 1,
    downAfter: 60_000,
    dataConfig: ['enable-debug-command yes', 'hz 100'],
  })
  redis = await Disredis.connect({ sentinels: fleet.sentinels, cache: {} })
  cached = redis.cached({ maxAge: 60_000 })
})

afterAll(async () => {
  await redis?.close()
  await fleet?.close()
})

beforeEach(async () => {
  await redis.flushall()
})

/** A command of somebody else, to the master of the key. */
function other(key: string, ...command: string[]): Promise<unknown> {
  return fleet.master(redis.explain(key).shard).command(...command)
}

function part(key: string): ShardCacheHealth {
  const { shard } = redis.explain(key)
  return redis.health().cache!.shards.find((it) => it.shard === shard)!
}

/** Reads until it gives that: an invalidation may be on its way. */
async function becomes(read: () => Promise<unknown>, value: unknown): Promise<void> {
  await expect.poll(read, { interval: 1, timeout: 10_000 }).toEqual(value)
}

/** How many requests the reads make. */
async function requests(key: string, read: () => Promise<unknown>): Promise<number> {
  const count = async () => {
    const stats = String(await other(key, 'INFO', 'commandstats'))
    return [
      ...stats.matchAll(/^cmdstat_(?:m?get|exists|p?ttl|object\|idletime):calls=(\d+)/gm),
    ].reduce((sum, [, calls]) => sum + Number(calls), 0)
  }
  const before = await count()
  await read()
  return (await count()) - before
}

/** A server that is not given its time for 200 ms looks silent, and what is kept of it is dropped. */
async function noRequest(key: string, read: () => Promise<unknown>): Promise<void> {
  await expect.poll(() => requests(key, read), { timeout: 20_000 }).toBe(0)
}

describe('a read that was asked before', () => {
  test('makes no request', async () => {
    await redis.set('k', 'v')
    expect(await requests('k', () => cached.get('k'))).toBe(1)
    const reads = async () => {
      for (let i = 0; i < 100; i++) expect(await cached.get('k')).toBe('v')
    }
    await noRequest('k', reads)
  })

  test('makes one request if many ask at the same time', async () => {
    await redis.set('k', 'v')
    const reads = () => Promise.all(Array.from({ length: 50 }, () => cached.get('k')))
    expect(
      await requests('k', async () => expect(new Set(await reads())).toEqual(new Set(['v']))),
    ).toBe(1)
  })

  test('is never answered from the cache on the client itself', async () => {
    await redis.set('k', 'v')
    await cached.get('k')
    expect(await requests('k', () => redis.get('k'))).toBe(1)
    expect(await requests('k', () => cached.pipeline().get('k').exec())).toBe(1)
  })

  test('of what is not there makes no request either', async () => {
    expect(await cached.get('none')).toBeNull()
    await noRequest('none', () => cached.get('none'))
    await other('none', 'SET', 'none', '1')
    await becomes(() => cached.get('none'), '1')
  })

  test('that failed asks again', async () => {
    await redis.lpush('list', '1')
    await expect(cached.get('list')).rejects.toThrow(/^WRONGTYPE/)
    expect(await requests('list', () => cached.get('list').catch(() => {}))).toBe(1)
  })

  test('with a callback calls it', async () => {
    await redis.set('k', 'v')
    for (let i = 0; i < 2; i++) {
      expect(await new Promise((resolve) => cached.get('k', (_, reply) => resolve(reply)))).toBe(
        'v',
      )
    }
  })
})

describe('whatever changes a key is seen:', () => {
  const changes: [what: string, value: unknown, ...command: string[]][] = [
    ['SET', 'new', 'SET', 'k', 'new'],
    ['DEL', null, 'DEL', 'k'],
    ['UNLINK', null, 'UNLINK', 'k'],
    ['APPEND', 'old1', 'APPEND', 'k', '1'],
    ['RENAME to it', 'other', 'RENAME', '{k}other', 'k'],
    ['RENAME away', null, 'RENAME', 'k', '{k}away'],
    ['COPY', 'other', 'COPY', '{k}other', 'k', 'REPLACE'],
    ['FLUSHALL', null, 'FLUSHALL'],
    ['FLUSHALL ASYNC', null, 'FLUSHALL', 'ASYNC'],
    ['FLUSHDB', null, 'FLUSHDB'],
    ['EVAL', 'new', 'EVAL', "return redis.call('set', KEYS[1], 'new')", '1', 'k'],
    ['a script that does not name it', 'new', 'EVAL', "return redis.call('set', 'k', 'new')", '0'],
    ['GETDEL', null, 'GETDEL', 'k'],
    ['expiry', null, 'PEXPIRE', 'k', '20'],
    ['a past expiry', null, 'EXPIREAT', 'k', '1'],
    ['RESTORE', null, 'RESTORE', 'k', '0', 'x'],
  ]
  test.each(changes)('%s', async (what, value, ...command) => {
    if (what === 'RESTORE') {
      await redis.set('{k}other', 'restored')
      const dump = (await redis.dumpBuffer('{k}other'))!
      await redis.set('k', 'old')
      expect(await cached.get('k')).toBe('old')
      await redis.restore('k', 0, dump, 'REPLACE')
      expect(await cached.get('k')).toBe('restored')
      return
    }
    await redis.mset({ k: 'old', '{k}other': 'other' })
    expect(await cached.get('k')).toBe('old')
    await other('k', ...command)
    await becomes(() => cached.get('k'), value)
  })

  test('MULTI', async () => {
    await redis.set('k', 'old')
    await cached.get('k')
    await redis.multi().set('k', '1').incr('k').exec()
    expect(await cached.get('k')).toBe('2')
  })

  test('eviction by the server', async () => {
    const node = fleet.master(redis.explain('k').shard)
    await redis.set('k', 'old')
    expect(await cached.get('k')).toBe('old')
    await node.command('CONFIG', 'SET', 'maxmemory-policy', 'allkeys-random')
    try {
      await node.command('CONFIG', 'SET', 'maxmemory', '1')
      await expect
        .poll(async () => {
          await node.command('SET', '{k}filler', 'x').catch(() => {})
          return cached.get('k')
        })
        .toBeNull()
    } finally {
      await node.command('CONFIG', 'SET', 'maxmemory', '0')
    }
  })

  test("the server's table of tracked keys is full", async () => {
    const node = fleet.master(redis.explain('k').shard)
    await node.command('CONFIG', 'SET', 'tracking-table-max-keys', '1')
    try {
      const keys = Array.from({ length: 20 }, (_, i) => `{k}${i}`)
      for (const key of keys) await cached.get(key)
      await expect.poll(() => part('k').entries).toBeLessThan(20)
    } finally {
      await node.command('CONFIG', 'SET', 'tracking-table-max-keys', '1000000')
    }
  })
})

describe('what this client wrote is seen by its next cached read,', () => {
  test('whichever comes first', async () => {
    for (let i = 0; i < 200; i++) {
      await redis.set('k', `${i}`)
      expect(await cached.get('k')).toBe(`${i}`)
    }
  })

  test('without waiting for the write', async () => {
    for (let i = 0; i < 200; i++) {
      void redis.set('k', `${i}`)
      expect(await cached.get('k')).toBe(`${i}`)
    }
  })

  test('by whatever way it was written', async () => {
    const { shard } = redis.explain('k')
    redis.defineCommand('put', {
      numberOfKeys: 1,
      lua: "return redis.call('set', KEYS[1], ARGV[1])",
    })
    const ways: ((value: string) => Promise<unknown>)[] = [
      (value) => redis.with({ timeout: 5000 }).set('k', value),
      (value) => redis.shard(shard).set('k', value),
      (value) =>
        redis
          .durable({ replicas: 1, timeout: 1 })
          .set('k', value)
          .catch(() => {}),
      (value) => redis.pipeline().set('k', value).exec(),
      (value) => redis.multi().set('k', value).exec(),
      (value) => redis.transaction(['k'], (tx) => tx.set('k', value)),
      (value) => redis.transaction(['k'], (tx) => tx.multi().set('k', value).exec()),
      (value) =>
        (redis as unknown as Record<string, (...args: string[]) => Promise<unknown>>).put!(
          'k',
          value,
        ),
      (value) => redis.mset({ k: value, other: value }),
      (value) => redis.call('SET', 'k', value),
      (value) => cached.set('k', value),
      async (value) => {
        await redis.rpush('{k}list', value)
        await redis.del('k')
        await redis.blmove('{k}list', '{k}moved', 'LEFT', 'LEFT', 1)
        await redis.rename('{k}moved', '{k}renamed')
        await redis.set('k', value)
      },
      (value) =>
        redis
          .eval("redis.call('set', 'k', ARGV[1])", 1, '{k}any', value)
          .then(() => redis.set('k', value)),
    ]
    for (const [i, write] of ways.entries()) {
      for (let j = 0; j < 20; j++) {
        await write(`${i}.${j}`)
        expect(await cached.get('k')).toBe(`${i}.${j}`)
      }
    }
  })

  test('when it wrote all of them', async () => {
    for (let i = 0; i < 40; i++) {
      await redis.set('k', 'v')
      expect(await cached.get('k')).toBe('v')
      await redis.flushall()
      expect(await cached.get('k')).toBeNull()
    }
  })
})

describe('what is kept apart:', () => {
  test('keys by their bytes', async () => {
    const keys = [
      Buffer.from([0xff]),
      Buffer.from([0xfe]),
      Buffer.from('\ufffd'),
      Buffer.from([0xff, 0x00]),
      Buffer.from('é'),
      Buffer.from('é', 'latin1'),
      Buffer.from('\u0000'),
    ]
    for (const [i, key] of keys.entries()) await redis.set(key, `${i}`)
    for (let times = 0; times < 2; times++) {
      for (const [i, key] of keys.entries()) expect(await cached.get(key)).toBe(`${i}`)
    }
    expect(await cached.get('é')).toBe('4')
    expect(await cached.get('\ufffd')).toBe('2')
    // Half a character is sent as U+FFFD.
    expect(await cached.get('\ud800')).toBe('2')
    await fleet.master(redis.explain(keys[0]!).shard).command('FLUSHALL')
    await becomes(() => cached.get(keys[0]!), null)
  })

  test('text and buffers', async () => {
    const bytes = Buffer.from([0xff, 0x00, 0xfe])
    await redis.set('k', bytes)
    for (let i = 0; i < 2; i++) {
      expect(await cached.getBuffer('k')).toEqual(bytes)
      expect(await cached.get('k')).toBe(bytes.toString())
    }
  })

  test('arguments, however they are cut', async () => {
    await redis.hset('h', { a: '1', b: '2', 'a b': '3' })
    for (let i = 0; i < 2; i++) {
      expect(await cached.hmget('h', 'a', 'b')).toEqual(['1', '2'])
      expect(await cached.hmget('h', 'a b')).toEqual(['3'])
      expect(await cached.hmget('h', 'b', 'a')).toEqual(['2', '1'])
      expect(await cached.hget('h', 'a')).toBe('1')
      expect(await cached.hget('h', 'b')).toBe('2')
    }
    await other('h', 'HSET', 'h', 'a', '9')
    await becomes(() => cached.hget('h', 'a'), '9')
    expect(await cached.hmget('h', 'a', 'b')).toEqual(['9', '2'])
  })

  test('values that callers change', async () => {
    await redis.hset('h', { a: '1' })
    await redis.rpush('l', 'x', 'y')
    await redis.set('b', 'bytes')
    await redis.zadd('z', 1, 'm')
    for (let i = 0; i < 3; i++) {
      const hash = await cached.hgetall('h')
      expect(hash).toEqual({ a: '1' })
      hash.a = 'changed'
      const list = await cached.lrange('l', 0, -1)
      expect(list).toEqual(['x', 'y'])
      list.sort().pop()
      const bytes = (await cached.getBuffer('b'))!
      expect(bytes.toString()).toBe('bytes')
      bytes.fill(0)
      const buffers = await cached.hgetallBuffer('h')
      expect(buffers).toEqual({ a: Buffer.from('1') })
      buffers.a!.fill(0)
      const scores = await cached.zrange('z', '0', '-1', 'WITHSCORES')
      expect(scores).toEqual(['m', '1'])
      scores.length = 0
    }
  })

  test('fields of whatever name', async () => {
    await redis.hset('h', '__proto__', 'p', 'constructor', 'c')
    for (let i = 0; i < 2; i++) {
      const hash = await cached.hgetall('h')
      expect(Object.entries(hash)).toEqual([
        ['__proto__', 'p'],
        ['constructor', 'c'],
      ])
    }
  })

  test('prefixes and databases', async () => {
    const options = { sentinels: fleet.sentinels, cache: {} }
    await using prefixed = await Disredis.connect({ ...options, keyPrefix: 'p:' })
    await using database = await Disredis.connect({ ...options, db: 1, placement: false })
    await redis.set('k', '0')
    await prefixed.set('k', 'p')
    await database.set('k', '1')
    for (let i = 0; i < 2; i++) {
      expect(await cached.get('k')).toBe('0')
      expect(await cached.get('p:k')).toBe('p')
      expect(await prefixed.cached().get('k')).toBe('p')
      expect(await database.cached().get('k')).toBe('1')
    }
    await other('p:k', 'SET', 'p:k', 'new')
    await becomes(() => prefixed.cached().get('k'), 'new')
    await prefixed.set('k', 'newer')
    expect(await prefixed.cached().get('k')).toBe('newer')
  })

  test('numbers as text, if the client wants them so', async () => {
    await using texts = await Disredis.connect({
      sentinels: fleet.sentinels,
      cache: {},
      stringNumbers: true,
    })
    await redis.set('k', 'abc')
    for (let i = 0; i < 2; i++) {
      expect(await cached.strlen('k')).toBe(3)
      expect(await texts.cached().strlen('k')).toEqual('3')
    }
  })
})

describe('MGET', () => {
  test('takes each key by itself', async () => {
    const keys = ['a', 'b', 'c', 'd', 'e']
    await redis.mset(Object.fromEntries(keys.map((key) => [key, `${key}!`])))
    expect(await cached.get('a')).toBe('a!')
    expect(await cached.mget(keys)).toEqual(['a!', 'b!', 'c!', 'd!', 'e!'])
    const before = redis.health().cache!.shards.reduce((sum, { hits }) => sum + hits, 0)
    expect(await cached.mget([...keys, 'a'])).toEqual(['a!', 'b!', 'c!', 'd!', 'e!', 'a!'])
    expect(redis.health().cache!.shards.reduce((sum, { hits }) => sum + hits, 0)).toBe(before + 6)
    await other('c', 'SET', 'c', 'new')
    await becomes(() => cached.mget('c', 'd'), ['new', 'd!'])
    expect(await cached.mgetBuffer('c')).toEqual([Buffer.from('new')])
  })

  test('says null of what is no string, which GET refuses', async () => {
    await redis.lpush('l', '1')
    expect(await cached.mget('l', 'none')).toEqual([null, null])
    await expect(cached.get('l')).rejects.toThrow(/^WRONGTYPE/)
    expect(await cached.mget('l')).toEqual([null])
  })

  test('without keys is refused as ever', async () => {
    await expect(cached.call('mget')).rejects.toThrow()
  })
})

test('EXISTS of one key is kept', async () => {
  await redis.set('k', 'v')
  expect(await cached.exists('k')).toBe(1)
  await noRequest('k', () => cached.exists('k'))
  await other('k', 'DEL', 'k')
  await becomes(() => cached.exists('k'), 0)
  expect(await cached.exists('k', '{k}2')).toBe(0)
})

test('what changes by itself is not kept', async () => {
  await redis.set('k', 'v', 'EX', 100)
  for (const read of [
    () => cached.ttl('k'),
    () => cached.pttl('k'),
    () => cached.object('IDLETIME', 'k'),
  ]) {
    await read()
    expect(await requests('k', read)).toBe(1)
  }
})

test('maxAge bounds the age of a value', async () => {
  const brief = redis.cached({ maxAge: 1 })
  await redis.set('k', 'v')
  await brief.get('k')
  const { misses } = part('k')
  await expect.poll(() => brief.get('k').then(() => part('k').misses)).toBeGreaterThan(misses)
})

test('what is kept stays below maxBytes, and what was used last stays', async () => {
  const maxBytes = 200_000
  await using small = await Disredis.connect({ sentinels: fleet.sentinels, cache: { maxBytes } })
  const reads = small.cached()
  const value = 'x'.repeat(1000)
  const keys = Array.from({ length: 1000 }, (_, i) => `key:${i}`)
  await redis.mset(Object.fromEntries(keys.map((key) => [key, value])))
  for (const key of keys) {
    await reads.get(key)
    await reads.get('key:0')
    expect(small.health().cache!.bytes).toBeLessThanOrEqual(maxBytes)
  }
  const { shards } = small.health().cache!
  expect(shards.reduce((sum, { entries }) => sum + entries, 0)).toBeGreaterThan(100)
  const hits = () => small.health().cache!.shards.reduce((sum, it) => sum + it.hits, 0)
  const before = hits()
  await reads.get('key:0')
  await reads.get('key:999')
  expect(hits()).toBe(before + 2)
  // Larger than a quarter of it: nothing else is thrown out for that.
  await redis.set('large', 'x'.repeat(maxBytes / 2))
  await reads.get('large')
  await reads.get('key:999')
  expect(hits()).toBe(before + 3)
})

test('reads under way count as well', async () => {
  const maxBytes = 20_000
  await using small = await Disredis.connect({ sentinels: fleet.sentinels, cache: { maxBytes } })
  const reads = small.cached()
  const asked = Array.from({ length: 1000 }, (_, i) => reads.get(`none:${i}`))
  expect(small.health().cache!.bytes).toBeLessThanOrEqual(maxBytes)
  expect(small.health().cache!.bytes).toBeGreaterThan(0)
  expect(await Promise.all(asked)).toEqual(asked.map(() => null))
  expect(small.health().cache!.bytes).toBeLessThanOrEqual(maxBytes)
})

test('a client without the option has no cached()', async () => {
  await using plain = await Disredis.connect({ sentinels: fleet.sentinels })
  expect(() => plain.cached()).toThrow(/needs the option `cache`/)
  expect(plain.health().cache).toBeUndefined()
})

test('a closed client answers nothing from its cache', async () => {
  const client = await Disredis.connect({ sentinels: fleet.sentinels, cache: {} })
  const reads = client.cached()
  await reads.get('k')
  await client.close()
  await expect(reads.get('k')).rejects.toThrow(/closed/i)
})
