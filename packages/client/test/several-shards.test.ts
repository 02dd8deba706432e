import { once } from 'node:events'
import { type Fleet, startFleet } from '@disredis/fleet'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import {
  CrossShardError,
  Disredis,
  NotRoutableError,
  PartialFailureError,
  ShardDownError,
} from '../src/index.js'

let fleet: Fleet
let redis: Disredis

/** So many that every shard has some of them. */
const keys = Array.from({ length: 60 }, (_, i) => `key:${i}`)

beforeAll(async () => {
  fleet = await startFleet({ masters: 3, replicas: 0, sentinels: 3, downAfter: 30_000 })
  redis = await Disredis.connect({ sentinels: fleet.sentinels })
})

afterAll(async () => {
  await redis?.close()
  await fleet?.close()
})

beforeEach(async () => {
  await redis.flushall()
})

function keysOn(shard: string): string[] {
  return keys.filter((key) => redis.explain(key).shard === shard)
}

describe('a command that is split over the shards', () => {
  test('MSET and MGET keep keys and values together, in order', async () => {
    expect(await redis.mset(...keys.flatMap((key) => [key, `value of ${key}`]))).toBe('OK')
    for (const key of keys.slice(0, 9)) {
      const { shard } = redis.explain(key)
      expect(await fleet.master(shard).command('GET', key)).toBe(`value of ${key}`)
    }
    const asked = ['missing', ...keys, 'key:3', 'key:3']
    const expected = [
      null,
      ...keys.map((key) => `value of ${key}`),
      'value of key:3',
      'value of key:3',
    ]
    expect(await redis.mget(asked)).toEqual(expected)
    expect(await redis.mget(...asked)).toEqual(expected)
    expect(await redis.mgetBuffer(asked)).toEqual(
      expected.map((value) => (value === null ? null : Buffer.from(value))),
    )
    const reply = await new Promise((resolve) => redis.mget(asked, (_, values) => resolve(values)))
    expect(reply).toEqual(expected)
  })

  test('MSET takes objects, maps, buffers and numbers', async () => {
    await redis.mset({ 'key:1': 1, 'key:2': 2, 'key:3': 3 })
    await redis.mset(new Map(keys.slice(5, 8).map((key, i) => [key, i])))
    await redis.mset(Buffer.from('key:10'), Buffer.from([0xff]), 'key:11', 'text', 'key:12', 1.5)
    expect(await redis.mget(keys.slice(1, 8))).toEqual(['1', '2', '3', null, '0', '1', '2'])
    expect(await redis.mgetBuffer('key:10', 'key:11', 'key:12')).toEqual([
      Buffer.from([0xff]),
      Buffer.from('text'),
      Buffer.from('1.5'),
    ])
  })

  test('EXISTS, TOUCH, UNLINK and DEL count over all shards', async () => {
    await redis.mset(...keys.flatMap((key) => [key, '1']))
    expect(await redis.exists(...keys, 'missing', 'key:1')).toBe(61)
    expect(await redis.touch(...keys, 'missing')).toBe(60)
    expect(await redis.unlink(...keys.slice(0, 20))).toBe(20)
    expect(await redis.del(keys)).toBe(40)
    expect(await redis.dbsize()).toBe(0)
  })

  test('a key without its value changes nothing, and is told as a server tells it', async () => {
    await expect(redis.mset(...keys)).resolves.toBe('OK')
    await redis.flushall()
    const error = await redis.call('MSET', ...keys.slice(0, 9)).catch((e: Error) => e)
    expect(error).toMatchObject({
      name: 'ReplyError',
      message: expect.stringContaining('wrong number'),
    })
    expect(await redis.dbsize()).toBe(0)
    await expect(redis.mget([])).rejects.toBeInstanceOf(NotRoutableError)
  })

  test('puts the key prefix before each key', async () => {
    await using app = await Disredis.connect({ sentinels: fleet.sentinels, keyPrefix: 'app:' })
    await app.mset('key:1', 'a', 'key:2', 'b', 'key:3', 'c')
    expect(await redis.mget('app:key:1', 'app:key:2', 'app:key:3')).toEqual(['a', 'b', 'c'])
    expect(await app.del('key:1', 'key:2', 'key:3')).toBe(3)
  })

  test('is transformed once, before it is split and after it is joined, in batches too', async () => {
    await redis.mset({ 'key:1': 'a', 'key:2': 'b', 'key:3': 'c' })
    await redis
      .pipeline()
      .mset(new Map([['key:4', 'd']]))
      .exec()
    await redis.multi().mset({ 'key:{t}1': 'e' }).hset('key:{t}2', { f: 'g' }).exec()
    const durable = redis.durable({ replicas: 1, timeout: 1 })
    await durable.mset({ 'key:{t}3': 'h' }).catch(() => {})
    const keys = ['key:1', 'key:2', 'key:3', 'key:4', 'key:{t}1', 'key:{t}3']
    expect(await redis.mget(keys)).toEqual(['a', 'b', 'c', 'd', 'e', 'h'])
    expect(await redis.multi().hgetall('key:{t}2').exec()).toEqual([[null, { f: 'g' }]])
    expect(await durable.hgetall('key:{t}2')).toEqual({ f: 'g' })
  })

  test('MSETNX and other commands whose keys must live together are refused, and told where keys are', async () => {
    const apart = keys.slice(0, 12)
    const calls = [
      redis.msetnx(...apart.flatMap((key) => [key, '1'])),
      redis.sinterstore('{to}', ...apart),
      redis.eval('return 1', apart.length, ...apart),
      redis.pfmerge('{to}', ...apart),
    ]
    for (const call of calls) {
      const error = (await call.catch((e: Error) => e)) as CrossShardError
      expect(error).toBeInstanceOf(CrossShardError)
      expect(error.message).toMatch(/'shard-1'.*'shard-2'.*'shard-3'.*hash tag/s)
      expect(error.message).not.toContain('key:')
      expect(error.shards.slice(-12)).toEqual(apart.map((key) => redis.explain(key).shard))
    }
    expect(await redis.dbsize()).toBe(0)
    expect(await redis.msetnx('{t}:a', '1', '{t}:b', '2')).toBe(1)
  })

  test('SORT is refused where its patterns may name keys of other shards', async () => {
    await redis.rpush('{t}:list', 2, 1)
    await redis.mset('{t}:weight_1', '2', '{t}:weight_2', '1')
    expect(await redis.sort('{t}:list', 'BY', '{t}:weight_*', 'GET', '#')).toEqual(['2', '1'])
    expect(await redis.sort('{t}:list', 'BY', 'nosort')).toEqual(['2', '1'])
    await expect(redis.sort('{t}:list', 'BY', 'weight_*')).rejects.toBeInstanceOf(CrossShardError)
    await expect(redis.sort_ro('{t}:list', 'GET', '{t*}')).rejects.toBeInstanceOf(CrossShardError)
  })
})

describe('a command that is sent to all shards', () => {
  test('is joined to one reply', async () => {
    await redis.mset(...keys.flatMap((key) => [key, '1']))
    expect((await redis.keys('key:*')).sort()).toEqual([...keys].sort())
    expect(await redis.dbsize()).toBe(60)
    expect(keys).toContain(await redis.randomkey())
    expect(await redis.randomkeyBuffer()).toBeInstanceOf(Buffer)
    expect(await redis.ping()).toBe('PONG')
    expect(await redis.ping('hello')).toBe('hello')
    expect(await redis.echo('hello')).toBe('hello')
    expect(await redis.flushdb()).toBe('OK')
    expect(await redis.dbsize()).toBe(0)
    expect(await redis.keys('*')).toEqual([])
    expect(await redis.randomkey()).toBeNull()
  })

  test('draws its random key on each shard now and then', async () => {
    const [a, b, c] = ['shard-1', 'shard-2', 'shard-3'].map((shard) => keysOn(shard)[0]!)
    await redis.mset(a!, 1, c!, 1)
    const drawn = new Set(await Promise.all(Array.from({ length: 100 }, () => redis.randomkey())))
    expect(drawn).toEqual(new Set([a, c]))
    expect(drawn).not.toContain(b)
  })

  test('CONFIG SET sets every master; CONFIG GET is asked of one', async () => {
    expect(await redis.config('SET', 'maxmemory-samples', '7')).toBe('OK')
    for (const shard of redis.shards().values()) {
      expect(await shard.config('GET', 'maxmemory-samples')).toEqual(['maxmemory-samples', '7'])
    }
    await expect(redis.config('GET', 'maxmemory-samples')).rejects.toBeInstanceOf(NotRoutableError)
    await expect(redis.config('SET', 'nosuch', '7')).rejects.toMatchObject({ name: 'ReplyError' })
  })

  test('SCRIPT LOAD, EXISTS and FLUSH know all shards; KILL suffices on one', async () => {
    const sha = (await redis.script('LOAD', 'return 1')) as string
    expect(await redis.script('EXISTS', sha, 'f'.repeat(40))).toEqual([1, 0])
    await redis.shard('shard-2').script('FLUSH')
    expect(await redis.script('EXISTS', sha)).toEqual([0])
    expect(await redis.script('FLUSH')).toBe('OK')
    await expect(redis.script('KILL')).rejects.toThrow('NOTBUSY')
    const endless = fleet.master('shard-1').command('EVAL', 'while true do end', '0')
    const end = endless.catch((e: Error) => e)
    const kill = () => redis.script('KILL').catch((e: Error) => e.message)
    await expect.poll(kill, { timeout: 30_000 }).toBe('OK')
    expect(String(await end)).toMatch(/killed/i)
  })

  test('FUNCTION LOAD and DELETE change all shards', async () => {
    const library = "#!lua name=lib\nredis.register_function('one', function() return 1 end)"
    expect(await redis.function('LOAD', library)).toBe('lib')
    for (const key of keys.slice(0, 9)) expect(await redis.fcall('one', 1, key)).toBe(1)
    expect(await redis.function('DELETE', 'lib')).toBe('OK')
    await expect(redis.fcall('one', 1, 'k')).rejects.toThrow('Function not found')
  })

  test('PUBSUB NUMSUB adds up, PUBSUB CHANNELS names each channel once', async () => {
    const subscribers = [...redis.shards().keys()].map(
      (shard) => new Redis(fleet.master(shard).address),
    )
    try {
      await Promise.all(subscribers.map((it) => it.subscribe('both')))
      await subscribers[0]!.subscribe('one')
      expect((await redis.pubsub('CHANNELS', '*o*')) as string[]).toEqual(
        expect.arrayContaining(['both', 'one']),
      )
      expect(await redis.pubsub('CHANNELS', 'both')).toEqual(['both'])
      expect(await redis.pubsub('NUMSUB', 'both', 'none', 'one')).toEqual([
        'both',
        3,
        'none',
        0,
        'one',
        1,
      ])
    } finally {
      for (const it of subscribers) it.disconnect()
    }
  })
})

describe('a command that belongs nowhere', () => {
  test.each([
    ['info', [], /shard\(name\)\.info/],
    ['time', [], /own clock.*shard\(name\)\.time/],
    ['select', [1], /option `db`/],
    ['auth', ['secret'], /options `username`/],
    ['client', ['REPLY', 'secret'], /other callers/],
    ['wait', [1, 0], /durable/],
    ['call', ['NO.SUCH', 'k'], /does not know/],
    ['call', ['EVAL', 'return 1', 0], /no key/],
    ['call', ['GET'], /no key/],
    ['call', ['OBJECT', 'NOSUCH', 'k'], /shard\(name\)/],
  ] as const)('is refused and says what to do: %s %j', async (name, args, message) => {
    const method = redis[name] as (...args: unknown[]) => Promise<unknown>
    const error = await method.apply(redis, [...args]).catch((e: Error) => e)
    expect(error).toBeInstanceOf(NotRoutableError)
    expect((error as Error).message).toMatch(message)
    expect((error as Error).message).not.toContain('secret')
  })

  test('is refused on a shard as well if it would change the connection of others', async () => {
    const shard = redis.shard('shard-1')
    await expect(shard.select(1)).rejects.toBeInstanceOf(NotRoutableError)
    await expect(shard.client('REPLY', 'OFF')).rejects.toBeInstanceOf(NotRoutableError)
    await expect(shard.call('MULTI')).rejects.toBeInstanceOf(NotRoutableError)
    await expect(shard.call('SUBSCRIBE', 'c')).rejects.toBeInstanceOf(NotRoutableError)
    expect(await shard.call('NO.SUCH').catch((e: Error) => e)).toMatchObject({ name: 'ReplyError' })
    expect(await shard.info('server')).toContain('redis_version')
    expect(await shard.time()).toHaveLength(2)
  })
})

describe('when one of the shards is down', () => {
  test('the error holds what each shard did, and why one did not', async () => {
    await using down = await startFleet({
      masters: 3,
      replicas: 0,
      sentinels: 1,
      downAfter: 30_000,
    })
    await using client = await Disredis.connect({ sentinels: down.sentinels, commandTimeout: 3000 })
    await client.mset(...keys.flatMap((key) => [key, `value of ${key}`]))
    await down.master('shard-2').kill()
    const error = (await client.mget(keys).catch((e: Error) => e)) as PartialFailureError
    expect(error).toBeInstanceOf(PartialFailureError)
    expect(error).toMatchObject({
      code: 'DISREDIS_PARTIAL_FAILURE',
      retryable: true,
      mayHaveExecuted: false,
    })
    expect(error.message).toContain('1 of 3 shards')
    expect(error.results.map(({ shard }) => shard).sort()).toEqual([
      'shard-1',
      'shard-2',
      'shard-3',
    ])
    for (const result of error.results) {
      const its = result.positions!.map((i) => keys[i]!)
      expect(its.every((key) => client.explain(key).shard === result.shard)).toBe(true)
      if (result.status === 'rejected') {
        expect(result.shard).toBe('shard-2')
        expect(result.reason).toBeInstanceOf(ShardDownError)
      } else expect(result.value).toEqual(its.map((key) => `value of ${key}`))
    }
    const written = (await client.del(keys).catch((e: Error) => e)) as PartialFailureError
    expect(written).toMatchObject({ retryable: true, mayHaveExecuted: true })
    expect(
      await client.exists(...keys.filter((key) => client.explain(key).shard !== 'shard-2')),
    ).toBe(0)
    await expect(client.dbsize()).rejects.toBeInstanceOf(PartialFailureError)
  })
})

describe('while a master is replaced', () => {
  test.each([
    ['as planned', (own: Fleet) => own.failover('shard-1')],
    ['after a crash', (own: Fleet) => own.master('shard-1').kill()],
  ])(
    '%s, keys of all shards are written and read right, or the error says what is unknown',
    async (how, inject) => {
      await using own = await startFleet({ masters: 3, replicas: 1, sentinels: 3, downAfter: 1000 })
      await using client = await Disredis.connect({
        sentinels: own.sentinels,
        commandTimeout: 60_000,
      })
      let isOver = false
      const completed = once(client, 'failoverCompleted').then(() => {
        isOver = true
      })
      await client.mset(...keys.flatMap((key) => [key, 'first']))
      await own.waitForSync()
      const failed: PartialFailureError[] = []
      let rounds = 0
      const rewrite = async () => {
        for (let i = 0; !isOver || i === 0; i++, rounds++) {
          const written = await client
            .mset(...keys.flatMap((key) => [key, `${i}`]))
            .catch((error: PartialFailureError) => error)
          const read = await client.mget(keys)
          const parts = written === 'OK' ? [] : written.results
          const lost = parts.flatMap((it) => (it.status === 'rejected' ? it.positions! : []))
          for (let at = 0; at < keys.length; at++) {
            // A crash may lose what was acknowledged a moment before: replication is asynchronous.
            const mayBeLost =
              how === 'after a crash' && client.explain(keys[at]!).shard === 'shard-1'
            if (!mayBeLost && !lost.includes(at)) expect(read[at]).toBe(`${i}`)
          }
          if (written !== 'OK') failed.push(written)
          // One caller in a closed loop must leave the machine some time for Sentinel.
          await new Promise((resolve) => setTimeout(resolve, 2))
        }
      }
      const rewriting = rewrite()
      await expect.poll(() => rounds, { timeout: 30_000 }).toBeGreaterThan(2)
      await inject(own)
      await completed
      await rewriting
      for (const error of failed) {
        expect(error).toBeInstanceOf(PartialFailureError)
        const reasons = error.results.flatMap((it) => (it.status === 'rejected' ? [it] : []))
        expect(reasons).toMatchObject([
          { shard: 'shard-1', reason: { code: 'DISREDIS_OUTCOME_UNKNOWN' } },
        ])
      }
      expect(failed.length).toBeLessThanOrEqual(how === 'as planned' ? 0 : 1)
    },
  )
})

test('what is aborted is given up on every shard, and not executed later', async () => {
  await using down = await startFleet({ masters: 3, replicas: 0, sentinels: 1, downAfter: 60_000 })
  await using client = await Disredis.connect({ sentinels: down.sentinels, commandTimeout: 60_000 })
  await client.mset(...keys.flatMap((key) => [key, '1']))
  const master = down.master('shard-2')
  await master.pause()
  const lost = keys.filter((key) => client.explain(key).shard === 'shard-2')
  // Its silence tells the client that what follows must wait.
  const asked = client.get(lost[0]!)
  await expect.poll(() => client.health().shards[1]?.isAnswering, { timeout: 30_000 }).toBe(false)
  const abort = new AbortController()
  const aborted = client.with({ signal: abort.signal })
  const read = aborted.mget(keys).catch((e: Error) => e)
  const write = aborted.del(keys).catch((e: Error) => e)
  const present = keys.filter((key) => !lost.includes(key))
  await expect.poll(() => client.exists(...present), { timeout: 30_000 }).toBe(0)
  abort.abort(new Error('enough'))
  expect(await read).toMatchObject({ message: 'enough' })
  expect(await write).toMatchObject({
    code: 'DISREDIS_OUTCOME_UNKNOWN',
    cause: { message: 'enough' },
  })
  await master.resume()
  expect(await asked).toBe('1')
  expect(await client.exists(...keys)).toBe(lost.length)
})

test('what is split or sent to all shards before the masters are known waits for them', async () => {
  const client = new Disredis({ sentinels: fleet.sentinels })
  const replies = Promise.all([
    client.mset({ 'key:1': 1, 'key:2': 2, 'key:3': 3 }),
    client.dbsize(),
  ])
  expect(await replies).toEqual(['OK', 3])
  await client.close()
  await expect(client.mget(keys)).rejects.toMatchObject({ code: 'DISREDIS_CLOSED' })
})
