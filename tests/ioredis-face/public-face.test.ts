import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Disredis } from '@disredis/client'
import { type Fleet, startFleet } from '@disredis/fleet'
import { SessionStore } from '@disredis/session-store'
import * as ioredis from 'ioredis'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'

/** The copy is what our packages get when they ask for ioredis. */
const copy = vi.hoisted(() => ({ folder: '', renamed: 0 }))

vi.mock('ioredis', async () => {
  const { makeRenamedCopy } = await import('./renamed-copy.js')
  copy.folder = mkdtempSync(join(tmpdir(), 'renamed-ioredis-'))
  const { entry, renamed } = makeRenamedCopy(copy.folder)
  copy.renamed = renamed
  // As Node gives a CommonJS module to an `import`.
  const copied = createRequire(import.meta.url)(entry)
  return { ...copied, default: copied }
})

const { Command, Redis, ReplyError } = ioredis
const bytes = Buffer.from([0xff, 0xfe, 0, 0x80, 0x0d, 0x0a])

let fleet: Fleet
let redis: Disredis

beforeAll(async () => {
  fleet = await startFleet({ masters: 2, replicas: 1, sentinels: 3, downAfter: 30_000 })
  redis = await Disredis.connect({ sentinels: fleet.sentinels })
})

afterAll(async () => {
  await redis?.close()
  await fleet?.close()
  if (copy.folder !== '') rmSync(copy.folder, { recursive: true, force: true })
})

test('the copy is another ioredis: its private members have other names', () => {
  expect(copy.renamed).toBeGreaterThan(800)
  const command = new Command('set', ['k', bytes]) as unknown as Record<string, unknown>
  expect(command).toMatchObject({ renamed_bufferMode: true, renamed_replyEncoding: undefined })
  expect(command).not.toHaveProperty('bufferMode')
  expect(Command).toHaveProperty('renamed__transformer')
})

describe('with an ioredis whose private members have other names', () => {
  test('values are bytes, in arguments, replies and errors', async () => {
    await redis.set('bytes', bytes)
    expect(await redis.getBuffer('bytes')).toEqual(bytes)
    expect(await redis.callBuffer('GET', 'bytes')).toEqual(bytes)
    await redis.hset('hash', { a: bytes, b: '2' })
    expect(await redis.hgetallBuffer('hash')).toEqual({ a: bytes, b: Buffer.from('2') })
    await redis.mset(
      new Map<string, string>([
        ['x', '1'],
        ['y', '2'],
        ['z', '3'],
      ]),
    )
    expect(await redis.mget('x', 'y', 'z')).toEqual(['1', '2', '3'])
    await redis.zadd('set', '1', 'one', '2', 'two')
    expect(await redis.zrange('set', '0', '-1', 'WITHSCORES')).toEqual(['one', '1', 'two', '2'])
    await expect(redis.incr('bytes')).rejects.toBeInstanceOf(ReplyError)
  })

  test('pipelines and transactions', async () => {
    const pipeline = redis.pipeline().set('x', bytes).getBuffer('x').hgetall('hash').incr('set')
    expect(await pipeline.exec()).toMatchObject([
      [null, 'OK'],
      [null, bytes],
      [null, { b: '2' }],
      [{ message: expect.stringContaining('WRONGTYPE') }],
    ])
    const multi = redis.multi().set('{t}a', bytes).getBuffer('{t}a').incr('{t}n')
    expect(await multi.exec()).toEqual([
      [null, 'OK'],
      [null, bytes],
      [null, 1],
    ])
    const result = redis.transaction(['{t}n'], async (tx) => {
      const count = Number(await tx.get('{t}n'))
      return tx
        .multi()
        .set('{t}n', count + 1)
        .exec()
    })
    expect(await result).toEqual([[null, 'OK']])
  })

  test('scripts', async () => {
    redis.defineCommand('echoBytes', { numberOfKeys: 1, lua: 'return ARGV[1]' })
    const scripted = redis as unknown as { echoBytesBuffer(...args: unknown[]): Promise<Buffer> }
    expect(await scripted.echoBytesBuffer('k', bytes)).toEqual(bytes)
    expect(await scripted.echoBytesBuffer('k', bytes)).toEqual(bytes)
    expect(await redis.eval('return {KEYS[1], ARGV[1]}', 1, 'k', 'v')).toEqual(['k', 'v'])
  })

  test('subscriptions', async () => {
    await using subscriber = await Disredis.connect({ sentinels: fleet.sentinels })
    await subscriber.subscribe('news')
    await subscriber.psubscribe('p*')
    const message = once(subscriber, 'messageBuffer')
    const matched = once(subscriber, 'pmessage')
    await redis.publish('news', bytes)
    await redis.publish('paper', 'text')
    expect(await message).toEqual([Buffer.from('news'), bytes])
    expect(await matched).toEqual(['p*', 'paper', 'text'])
  })

  test('blocking commands', async () => {
    const popped = redis.blpopBuffer('queue', 0)
    await redis.rpush('queue', bytes)
    expect(await popped).toEqual([Buffer.from('queue'), bytes])
    expect(await redis.blpop('queue', 0.01)).toBeNull()
  })

  test('scan streams', async () => {
    const expected = Array.from({ length: 50 }, (_, i) => `scanned:${i}`)
    await Promise.all(expected.map((key) => redis.set(key, '1')))
    const found = new Set<string>()
    for await (const keys of redis.scanStream({ match: 'scanned:*', count: 10 })) {
      for (const key of keys) found.add(key)
    }
    expect([...found].sort()).toEqual([...expected].sort())
    const fields: string[][] = []
    for await (const part of redis.hscanStream('hash', { match: 'b' })) fields.push(part)
    expect(fields.flat()).toEqual(['b', '2'])
  })

  test("a command of ioredis's own class", async () => {
    const send = (name: string, args: (string | Buffer)[], options = {}) =>
      redis.sendCommand(new Command(name, args, { replyEncoding: 'utf8', ...options }))
    expect(await send('hget', ['hash', 'b'])).toBe('2')
    expect(await send('hgetall', ['hash'])).toMatchObject({ b: '2' })
    expect(await send('set', ['bytes', bytes])).toBe('OK')
    expect(await send('get', ['bytes'], { replyEncoding: null })).toEqual(bytes)
    await redis.set('pre:k', 'v')
    expect(await send('get', ['k'], { keyPrefix: 'pre:' })).toBe('v')
    await expect(send('incr', ['hash'])).rejects.toThrow('WRONGTYPE')
    const told = await new Promise((resolve) => {
      redis.sendCommand(
        new Command('echo', ['hi'], { replyEncoding: 'utf8' }, (_, reply) => resolve(reply)),
      )
    })
    expect(told).toBe('hi')
  })

  test('a plain ioredis as the client of the session store', async () => {
    const client = new Redis(fleet.master('shard-1').address)
    const store = new SessionStore<{ user?: string }>({ client })
    const id = 'abcdefghijklmnopqrstuvwxyz012345'
    await store.set(id, { user: 'ada' })
    expect((await store.get(id))?.data).toMatchObject({ user: 'ada' })
    await store.close()
    await client.quit()
  })

  test('a failover', async () => {
    const { shard } = redis.explain('bytes')
    await redis.set('bytes', bytes)
    await fleet.waitForSync(shard)
    const completed = once(redis, 'failoverCompleted')
    await fleet.failover(shard)
    const counts = await Promise.all(Array.from({ length: 100 }, () => redis.incr(`n`)))
    await completed
    expect(counts).toEqual(counts.map((_, i) => i + 1))
    expect(await redis.getBuffer('bytes')).toEqual(bytes)
    expect(await redis.hgetall('hash')).toMatchObject({ b: '2' })
  })
})
