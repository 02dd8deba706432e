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
