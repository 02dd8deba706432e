import { type Fleet, startFleet } from '@disredis/fleet'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { Disredis } from '../src/index.js'

let fleet: Fleet
let redis: Disredis

beforeAll(async () => {
  fleet = await startFleet({ masters: 2, replicas: 1, sentinels: 3, downAfter: 1000 })
  redis = await Disredis.connect({ sentinels: fleet.sentinels })
})

afterAll(async () => {
  await redis?.close()
  await fleet?.close()
})

/** The command stands blocked on the server. */
async function blocked(key: string, count = 1, of = fleet): Promise<void> {
  const { shard } = redis.explain(key)
  await expect
    .poll(async () => (await of.master(shard).command('INFO', 'clients')) as string, {
      timeout: 30_000,
    })
    .toContain(`blocked_clients:${count}\r\n`)
}

describe('a blocking command', () => {
  test('waits on a connection of its own and stands in front of no other', async () => {
    const popped = redis.blpop('b:list', 0)
    await blocked('b:list')
    expect(await redis.set('b:list:other', '1')).toBe('OK')
    expect(await redis.rpush('b:list', 'x')).toBe(1)
    expect(await popped).toEqual(['b:list', 'x'])
  })

  test('times out as it says, and several wait side by side', async () => {
    const waiting = Array.from({ length: 12 }, () => redis.blpop('b:many', 0))
    await blocked('b:many', 12)
    expect(await redis.brpop('b:none', 0.05)).toBeNull()
    await redis.rpush('b:many', ...Array.from({ length: 12 }, (_, i) => `${i}`))
    const values = (await Promise.all(waiting)).map((reply) => Number(reply?.[1]))
    expect(values.sort((a, b) => a - b)).toEqual(Array.from({ length: 12 }, (_, i) => i))
  })

  test('reads streams, and without BLOCK goes the common way', async () => {
    const read = redis.xread('BLOCK', 0, 'STREAMS', 'b:stream', '$')
    await blocked('b:stream')
    await redis.xadd('b:stream', '1-1', 'f', 'v')
    expect(await read).toEqual([['b:stream', [['1-1', ['f', 'v']]]]])
    expect(await redis.xread('STREAMS', 'b:stream', '0')).toEqual([
      ['b:stream', [['1-1', ['f', 'v']]]],
    ])
  })

  test('that changes nothing is asked again of the promoted replica', async () => {
    await redis.xadd('b:after', '1-1', 'f', 'before')
    const { shard } = redis.explain('b:after')
    await fleet.waitForSync(shard)
    const read = redis.xread('BLOCK', 0, 'STREAMS', 'b:after', '1-1')
    await blocked('b:after')
    const master = fleet.master(shard)
    await master.kill()
    await redis.with({ timeout: 60_000 }).xadd('b:after', '2-1', 'f', 'after')
    expect(await read).toEqual([['b:after', [['2-1', ['f', 'after']]]]])
    await master.restart()
    await fleet.waitForSync(shard)
  })

  test('that takes something has an unknown outcome when its master dies', async () => {
    const popped = redis.blpop('b:lost', 0).catch((error) => error)
    await blocked('b:lost')
    const { shard } = redis.explain('b:lost')
    await fleet.master(shard).kill()
    expect(await popped).toMatchObject({ code: 'DISREDIS_OUTCOME_UNKNOWN' })
  })
})

test.each<[string, (own: Fleet, shard: string) => Promise<void>]>([
  ['a crash', (own, shard) => own.master(shard).kill()],
  ['a freeze', (own, shard) => own.master(shard).pause()],
  ['a planned failover', (own, shard) => own.failover(shard)],
])(
  'what is blocked settles in %s: unknown if it may have taken something, else asked again',
  async (_name, inject) => {
    await using own = await startFleet({ masters: 2, replicas: 1, sentinels: 3, downAfter: 1000 })
    await using client = await Disredis.connect({
      sentinels: own.sentinels,
      commandTimeout: 60_000,
    })
    const { shard } = client.explain('{b}')
    await client.xadd('{b}stream', '1-1', 'f', 'before')
    await own.waitForSync(shard)
    const takers = [
      client.blpop('{b}list', 0),
      client.brpop('{b}list', 50),
      client.blmove('{b}list', '{b}to', 'LEFT', 'RIGHT', 50),
      client.bzpopmin('{b}zset', 50),
      client.blmpop(50, 1, '{b}list', 'LEFT'),
      client.shard(shard).blpop('{b}list', 50),
      client
        .pipeline()
        .blpop('{b}list', 50)
        .exec()
        .then((results) => Promise.reject(results![0]![0])),
    ]
    const fates = Promise.all(takers.map((taker) => taker.catch((error: unknown) => error)))
    const readers = [
      client.xread('BLOCK', 0, 'STREAMS', '{b}stream', '1-1'),
      client.xread('BLOCK', 50_000, 'STREAMS', '{b}stream', '1-1'),
    ]
    await blocked('{b}', takers.length + readers.length, own)
    await inject(own, shard)
    for (const fate of await fates) {
      expect(fate).toMatchObject({ code: 'DISREDIS_OUTCOME_UNKNOWN', mayHaveExecuted: true, shard })
    }
    await vi.waitFor(
      () =>
        expect(client.health().shards.find((it) => it.shard === shard)?.lastFailover).toBeDefined(),
      { timeout: 60_000 },
    )
    // Nothing of them is left that could take it.
    await client.rpush('{b}list', 'x')
    await client.xadd('{b}stream', '2-1', 'f', 'after')
    for (const reader of readers) {
      expect(await reader).toEqual([['{b}stream', [['2-1', ['f', 'after']]]]])
    }
    expect(await client.lrange('{b}list', 0, -1)).toEqual(['x'])
    expect(await client.blpop('{b}list', 1)).toEqual(['{b}list', 'x'])
  },
)

test('closing the client ends what is blocked', async () => {
  const client = await Disredis.connect({ sentinels: fleet.sentinels })
  const popped = client.blpop('b:closed', 0).catch((error) => error)
  const { shard } = client.explain('b:closed')
  await expect
    .poll(async () => (await fleet.master(shard).command('INFO', 'clients')) as string)
    .toContain('blocked_clients:1\r\n')
  await client.close({ timeout: 50 })
  expect((await popped).code).toMatch(/DISREDIS_(OUTCOME_UNKNOWN|CLOSED)/)
})
