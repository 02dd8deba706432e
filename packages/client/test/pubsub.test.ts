import { type Fleet, startFleet } from '@disredis/fleet'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Disredis } from '../src/index.js'

let fleet: Fleet
let redis: Disredis

beforeAll(async () => {
  fleet = await startFleet({ masters: 3, replicas: 1, sentinels: 3, downAfter: 1000 })
  redis = await Disredis.connect({ sentinels: fleet.sentinels })
})

afterAll(async () => {
  await redis?.close()
  await fleet?.close()
})

const channels = Array.from({ length: 20 }, (_, i) => `channel:${i}`)

describe('a subscriber', () => {
  test('hears the channels of every shard, counted as Redis counts', async () => {
    await using subscriber = await Disredis.connect({ sentinels: fleet.sentinels })
    const heard: string[] = []
    subscriber.on('message', (channel, message) => heard.push(`${channel}=${message}`))
    expect(await subscriber.subscribe(...channels)).toBe(20)
    expect(await subscriber.subscribe('one more')).toBe(21)
    expect(new Set(channels.map((channel) => redis.explain(channel).shard)).size).toBe(3)
    for (const channel of channels) expect(await redis.publish(channel, 'hello')).toBe(1)
    await expect.poll(() => heard.length).toBe(20)
    expect(heard.sort()).toEqual(channels.map((channel) => `${channel}=hello`).sort())
    // It is a client like any other.
    expect(await subscriber.set('k', 'v')).toBe('OK')
    expect(await subscriber.unsubscribe('channel:0')).toBe(20)
    expect(await redis.publish('channel:0', 'nobody')).toBe(0)
    expect(await subscriber.unsubscribe()).toBe(0)
    await expect.poll(() => redis.publish('channel:1', 'nobody')).toBe(0)
  })

  test('hears a pattern on every shard, and each message once', async () => {
    await using subscriber = await Disredis.connect({ sentinels: fleet.sentinels })
    const heard: string[] = []
    subscriber.on('pmessage', (pattern, channel, message) =>
      heard.push(`${pattern} ${channel} ${message}`),
    )
    expect(await subscriber.psubscribe('channel:*')).toBe(1)
    for (const channel of channels) await redis.publish(channel, 'x')
    await expect.poll(() => heard.length).toBe(20)
    expect(await subscriber.punsubscribe('channel:*')).toBe(0)
  })

  test('hears of the keys of every shard: keyspace notifications', async () => {
    await using subscriber = await Disredis.connect({ sentinels: fleet.sentinels })
    await redis.config('SET', 'notify-keyspace-events', 'KEA')
    const heard: string[] = []
    subscriber.on('message', (channel, message) => heard.push(`${channel} ${message}`))
    expect(await subscriber.subscribe('__keyevent@0__:del', 'plain')).toBe(2)
    expect(await subscriber.subscribe('__keyspace@0__:noted:1')).toBe(3)
    expect(await subscriber.psubscribe('no*')).toBe(4)
    const keys = Array.from({ length: 12 }, (_, i) => `noted:${i}`)
    expect(new Set(keys.map((key) => redis.explain(key).shard)).size).toBe(3)
    await redis.mset(...keys.flatMap((key) => [key, '1']))
    expect(await redis.del(keys)).toBe(12)
    const expected = [
      ...keys.map((key) => `__keyevent@0__:del ${key}`),
      '__keyspace@0__:noted:1 set',
      '__keyspace@0__:noted:1 del',
    ]
    await expect.poll(() => heard.length).toBe(14)
    expect(heard).toEqual(expect.arrayContaining(expected))
    expect(await subscriber.unsubscribe('__keyevent@0__:del')).toBe(3)
    expect(await subscriber.unsubscribe()).toBe(1)
    expect(await subscriber.punsubscribe()).toBe(0)
    await redis.config('SET', 'notify-keyspace-events', '')
  })

  test('hears shard channels, and bytes as bytes', async () => {
    await using subscriber = await Disredis.connect({ sentinels: fleet.sentinels })
    const heard: unknown[] = []
    subscriber.on('smessage', (channel, message) => heard.push([channel, message]))
    subscriber.on('messageBuffer', (channel, message) => heard.push([channel, message]))
    expect(await subscriber.ssubscribe('s:1', 's:2')).toBe(2)
    await subscriber.subscribe('bytes')
    expect(await redis.spublish('s:1', 'v')).toBe(1)
    await expect.poll(() => heard.length).toBe(1)
    await redis.publish('bytes', Buffer.from([0xff, 0]))
    await expect
      .poll(() => heard)
      .toEqual([
        ['s:1', 'v'],
        [Buffer.from('bytes'), Buffer.from([0xff, 0])],
      ])
    expect(await subscriber.sunsubscribe('s:1')).toBe(1)
  })

  test('calls back, and subscribes before the client is ready', async () => {
    await using subscriber = new Disredis({ sentinels: fleet.sentinels })
    const count = await new Promise((resolve, reject) => {
      subscriber.subscribe('early', (error, n) => (error ? reject(error) : resolve(n)))
    })
    expect(count).toBe(1)
  })

  test('names channels as ioredis does: keyPrefix is for shard channels, numbers are text', async () => {
    await using app = await Disredis.connect({ sentinels: fleet.sentinels, keyPrefix: 'app:' })
    const heard: unknown[] = []
    for (const event of ['message', 'pmessage', 'smessage', 'smessageBuffer'] as const) {
      app.on(event as 'message', (...args) => heard.push([event, ...args]))
    }
    await app.subscribe('plain', 5 as never)
    await app.psubscribe('plai*')
    await app.ssubscribe('of a shard', Buffer.from([0xff]))
    expect(await redis.publish('plain', 'x')).toBe(2)
    expect(await redis.publish('5', 'x')).toBe(1)
    expect(await app.spublish('of a shard', 'x')).toBe(1)
    await redis.spublish(Buffer.concat([Buffer.from('app:'), Buffer.from([0xff])]), 'x')
    const bytes = (text: string) => Buffer.from(text, 'latin1')
    await expect.poll(() => heard.length).toBe(7)
    expect(heard).toEqual(
      expect.arrayContaining([
        ['message', 'plain', 'x'],
        ['pmessage', 'plai*', 'plain', 'x'],
        ['message', '5', 'x'],
        ['smessage', 'app:of a shard', 'x'],
        ['smessageBuffer', bytes('app:of a shard'), bytes('x')],
        ['smessageBuffer', bytes('app:\xff'), bytes('x')],
      ]),
    )
    expect(await app.sunsubscribe('of a shard')).toBe(1)
    expect(await app.spublish('of a shard', 'x')).toBe(0)
  })

  test.each(['kill', 'failover', 'pause'] as const)(
    'hears again after the master of a channel is gone (%s), and is told of the gap',
    async (fault) => {
      await using own = await startFleet({ masters: 2, replicas: 1, sentinels: 3, downAfter: 1000 })
      await using publisher = await Disredis.connect({
        sentinels: own.sentinels,
        commandTimeout: 60_000,
      })
      await using subscriber = await Disredis.connect({ sentinels: own.sentinels })
      const heard: string[] = []
      subscriber.on('message', (_channel, message) => heard.push(message))
      subscriber.on('pmessage', (_pattern, _channel, message) => heard.push(`p ${message}`))
      subscriber.on('smessage', (_channel, message) => heard.push(`s ${message}`))
      const gap = new Promise((resolve) => subscriber.once('subscriptionsRestored', resolve))
      await subscriber.subscribe('news')
      await subscriber.psubscribe('new?')
      await subscriber.ssubscribe('{news}', '{news}2')
      const { shard } = publisher.explain('news')
      const before = performance.now()
      if (fault === 'failover') await own.failover(shard)
      else await own.master(shard)[fault]()
      const after = performance.now()
      expect(await gap).toMatchObject({ shard, duration: expect.any(Number) })
      const { duration } = (await gap) as { duration: number }
      expect(duration).toBeLessThan(performance.now() - before + 5000)
      // A frozen master hears nothing although its connection stands.
      if (fault === 'pause') expect(duration).toBeGreaterThan(after - before + 900)
      await publisher.publish('news', 'after')
      for (const channel of ['{news}', '{news}2']) await publisher.spublish(channel, channel)
      await expect
        .poll(() => [...heard].sort(), { timeout: 30_000 })
        .toEqual(['after', 'p after', 's {news}', 's {news}2'])
    },
  )
})

test('a subscription waits for its own shard only, a transaction as well', async () => {
  await using own = await startFleet({ masters: 2, replicas: 0, sentinels: 1, downAfter: 60_000 })
  await own.master('shard-2').kill()
  await using client = new Disredis({ sentinels: own.sentinels, commandTimeout: 60_000 })
  const early = client.subscribe('early').catch((e: Error) => e)
  await expect.poll(() => client.topology).toBeDefined()
  const names = Array.from({ length: 20 }, (_, i) => `own:${i}`)
  const here = names.find((name) => client.explain(name).shard === 'shard-1')!
  await using next = new Disredis({ sentinels: own.sentinels, commandTimeout: 60_000 })
  expect(await next.subscribe(here)).toBe(1)
  await using last = new Disredis({ sentinels: own.sentinels, commandTimeout: 60_000 })
  expect(await last.transaction([here], (tx) => tx.incr(here))).toBe(1)
  for (const it of [next, last, client]) await it.close({ timeout: 0 })
  await early
})

test('a subscription that no master confirms is rejected in time', async () => {
  await using own = await startFleet({ masters: 1, replicas: 0, sentinels: 1, downAfter: 60_000 })
  await using subscriber = await Disredis.connect({ sentinels: own.sentinels, commandTimeout: 500 })
  await own.master().kill()
  await expect(subscriber.subscribe('c')).rejects.toMatchObject({
    code: 'DISREDIS_COMMAND_TIMEOUT',
  })
})

test('a subscription that waits when the client is closed is rejected at once', async () => {
  await using own = await startFleet({ masters: 1, replicas: 0, sentinels: 1, downAfter: 60_000 })
  const subscriber = await Disredis.connect({ sentinels: own.sentinels, commandTimeout: 60_000 })
  const early = subscriber.subscribe('early').catch((e: Error) => e)
  await own.master().kill()
  const late = subscriber.subscribe('late').catch((e: Error) => e)
  await subscriber.close({ timeout: 0 })
  expect(await late).toMatchObject({ code: 'DISREDIS_CLOSED' })
  await early
})
