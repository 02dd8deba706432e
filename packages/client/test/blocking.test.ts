import { type Fleet, startFleet } from '@disredis/fleet'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
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
async function blocked(key: string, count = 1): Promise<void> {
  const { shard } = redis.explain(key)
  await expect
    .poll(async () => (await fleet.master(shard).command('INFO', 'clients')) as string, {
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
