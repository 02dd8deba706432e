import { type Fleet, startFleet } from '@disredis/fleet'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Disredis } from '../src/index.js'
import { LinkProxy } from '../test-support/link-proxy.js'

/** As long as a loaded machine may take. */
const patience = { timeout: 60_000, interval: 50 }

let fleet: Fleet

beforeAll(async () => {
  fleet = await startFleet({ masters: 1, replicas: 1, sentinels: 3, downAfter: 60_000 })
})

afterAll(() => fleet?.close())

const master = () => fleet.master('shard-1')

/** Connections from clients that the master has accepted so far. */
async function dials(): Promise<number> {
  const stats = String(await master().command('INFO', 'stats'))
  return Number(/total_connections_received:(\d+)/.exec(stats)?.[1])
}

describe('a link whose node is alive is not given up', () => {
  test('while the server holds up writes (CLIENT PAUSE)', async () => {
    await using redis = await Disredis.connect({ sentinels: fleet.sentinels })
    await master().command('CLIENT', 'PAUSE', 2500, 'WRITE')
    const calls = Array.from({ length: 50 }, () => redis.incr('paused'))
    expect((await Promise.all(calls)).at(-1)).toBe(50)
    expect(await redis.get('paused')).toBe('50')
  })

  test.each([
    ['that may ask for its own link', {}],
    ['that may not', { username: 'blind', password: 'pw' }],
  ])('while a large request is on its way, for a user %s', async (_, user) => {
    await master().command(
      'ACL',
      'SETUSER',
      'blind',
      'on',
      '>pw',
      '~*',
      '&*',
      '+@all',
      '-client|list',
    )
    await using proxy = await LinkProxy.listen(master().address)
    await using redis = await Disredis.connect({
      sentinels: fleet.sentinels,
      natMap: proxy.natMap,
      commandTimeout: 60_000,
      ...user,
    })
    proxy.uploadRate = 1_250_000
    const value = 'x'.repeat(8_000_000)
    expect(await redis.set('large', value)).toBe('OK')
    proxy.uploadRate = Number.POSITIVE_INFINITY
    expect(await redis.strlen('large')).toBe(value.length)
  })

  test('while it reads many keys over a slow link', async () => {
    await using proxy = await LinkProxy.listen(master().address)
    await using redis = await Disredis.connect({
      sentinels: fleet.sentinels,
      natMap: proxy.natMap,
      commandTimeout: 60_000,
    })
    proxy.uploadRate = 1_250_000
    const before = await dials()
    const keys = Array.from({ length: 150_000 }, (_, i) => `a key that is not there: ${i}`)
    expect(await redis.mget(keys)).toHaveLength(keys.length)
    const after = await dials()
    // Each look at the link takes a connection, and this very question one.
    expect(after - before).toBeLessThan(20)
  })
})

describe('a link that a NAT has forgotten is given up', () => {
  async function forgetful() {
    const proxy = await LinkProxy.listen(master().address)
    const redis = await Disredis.connect({
      sentinels: fleet.sentinels,
      natMap: proxy.natMap,
      commandTimeout: 60_000,
    })
    return {
      proxy,
      redis,
      async [Symbol.asyncDispose]() {
        await redis.close({ timeout: 0 })
        await proxy[Symbol.asyncDispose]()
      },
    }
  }

  test('for a plain command', async () => {
    await using it = await forgetful()
    await it.redis.set('nat', '1')
    it.proxy.forgetLinks()
    expect(await it.redis.get('nat')).toBe('1')
  })

  test('for a command that waits for ever', async () => {
    await using it = await forgetful()
    const waiting = it.redis.xread('BLOCK', 0, 'STREAMS', 'nat-stream', '0')
    const isBlocked = async () => /flags=b/.test(String(await master().command('CLIENT', 'LIST')))
    while (!(await isBlocked())) await new Promise((resolve) => setTimeout(resolve, 20))
    it.proxy.forgetLinks()
    await master().command('XADD', 'nat-stream', '*', 'f', 'v')
    expect(await waiting).toMatchObject([['nat-stream', [[expect.any(String), ['f', 'v']]]]])
  })
})

describe('a blocking call', () => {
  test('that comes before the client is ready waits as long as it says', async () => {
    await using redis = new Disredis({
      sentinels: fleet.sentinels,
      commandTimeout: 300,
      connectionName: 'early',
    })
    const reading = redis.xread('BLOCK', 60_000, 'STREAMS', 'early', '$')
    // In whole seconds of the server's clock: two are longer than commandTimeout, one may not be.
    await expect
      .poll(async () => String(await master().command('CLIENT', 'LIST')), patience)
      .toMatch(/ name=early .* idle=([2-9]|\d\d+) flags=b /)
    await master().command('XADD', 'early', '*', 'f', 'v')
    expect(await reading).toMatchObject([['early', [[expect.any(String), ['f', 'v']]]]])
  })

  test('is on the wire in the same turn: nothing that comes after it is missed', async () => {
    for (let i = 0; i < 20; i++) {
      await using redis = await Disredis.connect({ sentinels: fleet.sentinels })
      const reading = redis.xread('BLOCK', 10_000, 'STREAMS', 'at-once', '$')
      await redis.xadd('at-once', '*', 'i', String(i))
      expect(await reading).toMatchObject([['at-once', [[expect.any(String), ['i', String(i)]]]]])
    }
  })

  test('is bounded by the time that is given to it', async () => {
    await using redis = await Disredis.connect({ sentinels: fleet.sentinels })
    await expect(redis.with({ timeout: 50 }).blpop('nothing', 0)).rejects.toMatchObject({
      code: 'DISREDIS_OUTCOME_UNKNOWN',
    })
  })
})

test('durable writes with ever other timeouts share a connection', async () => {
  await using redis = await Disredis.connect({ sentinels: fleet.sentinels })
  await redis.durable({ replicas: 1, timeout: 1000 }).set('durable', '0')
  const before = await dials()
  for (let timeout = 1001; timeout <= 1150; timeout++) {
    await redis.durable({ replicas: 1, timeout }).set('durable', String(timeout))
  }
  expect((await dials()) - before).toBeLessThan(10)
})
