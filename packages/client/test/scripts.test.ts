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

  test('that returns an error like NOSCRIPT itself is executed once', async () => {
    redis.defineCommand('countAndFail', {
      numberOfKeys: 1,
      lua: "redis.call('INCR', KEYS[1]) return redis.error_reply('NOSCRIPT of my own')",
    })
    const fail = () =>
      (redis as unknown as { countAndFail(key: string): Promise<unknown> }).countAndFail('s:once')
    await expect(fail()).rejects.toThrow('NOSCRIPT of my own')
    await expect(fail()).rejects.toThrow('NOSCRIPT of my own')
    expect(await redis.get('s:once')).toBe('2')
  })

  test('eval takes its keys to their shard', async () => {
    expect(await redis.eval('return {KEYS[1], ARGV[1]}', 1, 's:k', 'a')).toEqual(['s:k', 'a'])
  })
})

describe('EVALSHA of what the client gave to SCRIPT LOAD', () => {
  const lua = "redis.call('INCR', KEYS[1]) return {KEYS[1], ARGV[1]}"
  const readOnlyLua = "return redis.call('GET', KEYS[1])"

  test('runs on replicas, to which SCRIPT LOAD does not go', async () => {
    const sha = (await redis.script('LOAD', readOnlyLua)) as string
    await redis.set('e:read', 'v')
    await fleet.waitForSync()
    const replicas = redis.with({ readFrom: 'replica' })
    await expect.poll(() => replicas.evalsha_ro(sha, 1, 'e:read')).toBe('v')
  })

  test('runs on a master that was promoted a moment ago, in a pipeline and a transaction too', async () => {
    const sha = (await redis.script('LOAD', lua)) as string
    const { shard } = redis.explain('{e}n')
    expect(await redis.evalsha(sha, 1, '{e}n', 'a')).toEqual(['{e}n', 'a'])
    for (const run of [
      () => redis.evalsha(sha.toUpperCase(), 1, '{e}n', 'a'),
      () => redis.call('EVALSHA', sha, 1, '{e}n', 'a'),
      async () => (await redis.pipeline().evalsha(sha, 1, '{e}n', 'a').exec())![0]![1],
      async () => (await redis.multi().evalsha(sha, 1, '{e}n', 'a').exec())![0]![1],
      () => redis.shard(shard).evalsha(sha, 1, '{e}n', 'a'),
      () => redis.transaction(['{e}n'], (tx) => tx.evalsha(sha, 1, '{e}n', 'a')),
      () => redis.durable({ replicas: 1, timeout: 5000 }).evalsha(sha, 1, '{e}n', 'a'),
    ]) {
      await fleet.master(shard).command('SCRIPT', 'FLUSH')
      expect(await run()).toEqual(['{e}n', 'a'])
    }
    expect(await redis.get('{e}n')).toBe('8')
    await fleet.waitForSync(shard)
    const completed = new Promise((resolve) => redis.once('failoverCompleted', resolve))
    await fleet.failover(shard)
    await completed
    expect(await fleet.master(shard).command('SCRIPT', 'EXISTS', sha)).toEqual([0])
    expect(await redis.evalsha(sha, 1, '{e}n', 'b')).toEqual(['{e}n', 'b'])
    expect(await redis.get('{e}n')).toBe('9')
  })

  test('is told what is unknown: by nobody loaded, or flushed', async () => {
    await expect(redis.evalsha('f'.repeat(40), 1, 'e:k')).rejects.toThrow('NOSCRIPT')
    const sha = (await redis.script('LOAD', lua)) as string
    await redis.script('FLUSH')
    await expect(redis.evalsha(sha, 1, 'e:k')).rejects.toThrow('NOSCRIPT')
  })
})
