import { type Fleet, startFleet } from '@disredis/fleet'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { CrossShardError, Disredis, InvalidOptionError, NotRoutableError } from '../src/index.js'

let fleet: Fleet
let redis: Disredis

beforeAll(async () => {
  fleet = await startFleet({ masters: 3, replicas: 0, sentinels: 3, downAfter: 30_000 })
  redis = await Disredis.connect({ sentinels: fleet.sentinels })
})

afterAll(async () => {
  await redis?.close()
  await fleet?.close()
})

describe('a client over three masters', () => {
  test('spreads keys over all of them, and each stands where explain() says', async () => {
    const keys = Array.from({ length: 300 }, (_, i) => `spread:${i}`)
    await Promise.all(keys.map((key) => redis.set(key, `value of ${key}`)))
    const used = new Set<string>()
    for (const key of keys) {
      const { shard, slot, hashTag, master } = redis.explain(key)
      used.add(shard)
      expect(hashTag).toBe(key)
      expect(slot).toBeGreaterThanOrEqual(0)
      expect(master).toEqual(fleet.master(shard).address)
      expect(await fleet.master(shard).command('GET', key)).toBe(`value of ${key}`)
      expect(await redis.get(key)).toBe(`value of ${key}`)
    }
    expect([...used].sort()).toEqual(['shard-1', 'shard-2', 'shard-3'])
  })

  test('answers as ioredis does: buffers, hashes, numbers, callbacks', async () => {
    await redis.hset('h', { a: '1', b: '2' })
    expect(await redis.hgetall('h')).toEqual({ a: '1', b: '2' })
    expect(await redis.incrby('n', 41)).toBe(41)
    expect(await redis.getBuffer('n')).toEqual(Buffer.from('41'))
    expect(await redis.set(Buffer.from([0xff, 0]), Buffer.from([1, 2]))).toBe('OK')
    expect(await redis.getBuffer(Buffer.from([0xff, 0]))).toEqual(Buffer.from([1, 2]))
    expect(await redis.get('missing')).toBeNull()
    expect(await redis.call('GET', 'n')).toBe('41')
    expect(await redis.zadd('z', 1.5, 'a')).toBe(1)
    expect(await redis.zscore('z', 'a')).toBe('1.5')
    const reply = await new Promise((resolve) => redis.get('n', (_error, value) => resolve(value)))
    expect(reply).toBe('41')
  })

  test('passes an error reply on without the arguments of the command', async () => {
    await redis.set('text', 'secret')
    const error = await redis.lpush('text', 'payload').catch((e: Error) => e)
    expect(error).toMatchObject({ name: 'ReplyError', command: { name: 'lpush' } })
    expect(JSON.stringify(error)).not.toContain('payload')
  })

  test('keeps replies in order when thousands are under way', async () => {
    const count = 5000
    const values = await Promise.all(
      Array.from({ length: count }, async (_, i) => {
        void redis.set(`order:${i}`, i)
        return redis.get(`order:${i}`)
      }),
    )
    expect(values).toEqual(Array.from({ length: count }, (_, i) => `${i}`))
  })

  test('sends a command whose keys live together, and refuses one whose keys do not', async () => {
    await redis.sadd('{t}:a', 'x', 'y')
    await redis.sadd('{t}:b', 'y')
    expect(await redis.sinter('{t}:a', '{t}:b')).toEqual(['y'])
    const keys = Array.from({ length: 50 }, (_, i) => `apart:${i}`)
    const error = await redis.sinter(...keys).catch((e: Error) => e)
    expect(error).toBeInstanceOf(CrossShardError)
    expect((error as Error).message).toContain('hash tag')
  })

  test('refuses a command without a key and names the way: a shard handle', async () => {
    const error = await redis.config('GET', 'maxmemory').catch((e: Error) => e)
    expect(error).toBeInstanceOf(NotRoutableError)
    expect((error as Error).message).toContain('shard(name).config')
    expect(await redis.shard('shard-2').config('GET', 'maxmemory')).toEqual(['maxmemory', '0'])
    expect(() => redis.shard('nope')).toThrow(InvalidOptionError)
    expect(() => redis.shard('nope')).toThrow('shard-1, shard-2, shard-3')
    expect([...redis.shards().keys()]).toEqual(['shard-1', 'shard-2', 'shard-3'])
  })

  test('explains where keys of bytes live', async () => {
    await using prefixed = await Disredis.connect({ sentinels: fleet.sentinels, keyPrefix: 'b:' })
    for (const client of [redis, prefixed]) {
      for (let byte = 128; byte < 160; byte++) {
        const key = Buffer.from([byte, 0xff, byte])
        await client.set(key, '1')
        const { shard, slot } = client.explain(key)
        expect([byte, slot, await client.shard(shard).exists(key)]).toEqual([byte, slot, 1])
      }
    }
  })

  test('puts its key prefix before keys and routes by the whole', async () => {
    await using prefixed = await Disredis.connect({ sentinels: fleet.sentinels, keyPrefix: 'app:' })
    await prefixed.set('k', 'v')
    expect(await redis.get('app:k')).toBe('v')
    expect(prefixed.explain('k')).toMatchObject({ key: 'app:k' })
  })

  test('takes large values and many bytes at once', async () => {
    const large = Buffer.alloc(5_000_000, 'x')
    await Promise.all(Array.from({ length: 6 }, (_, i) => redis.set(`large:${i}`, large)))
    expect((await redis.getBuffer('large:3'))?.equals(large)).toBe(true)
  })
})

test('two clients place keys alike, whatever Sentinel they ask', async () => {
  const [first, , third] = fleet.sentinels
  await using a = await Disredis.connect({ sentinels: [first!] })
  await using b = await Disredis.connect({ sentinels: [third!] })
  for (let i = 0; i < 10_000; i++) {
    const key = `same:${i}`
    if (a.explain(key).shard !== b.explain(key).shard) throw new Error(`${key} is placed twice`)
  }
})

test('a closed client rejects commands and has no status but end', async () => {
  const client = await Disredis.connect({ sentinels: fleet.sentinels })
  const last = client.set('last', '1')
  await client.close()
  expect(await last).toBe('OK')
  expect(client.status).toBe('end')
  await expect(client.get('last')).rejects.toMatchObject({ code: 'DISREDIS_CLOSED' })
})
