import { inspect } from 'node:util'
import { type Fleet, startFleet } from '@disredis/fleet'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Disredis } from '../src/index.js'

let fleet: Fleet

beforeAll(async () => {
  fleet = await startFleet({ masters: 2, replicas: 2, sentinels: 3, downAfter: 60_000 })
})

afterAll(async () => {
  await fleet?.close()
})

/** How many GETs each node of a shard has executed. */
async function gets(of: Fleet, shard: string) {
  const count = async (node: { command(...args: string[]): Promise<unknown> }) => {
    const stats = (await node.command('INFO', 'commandstats')) as string
    return Number(/cmdstat_get:calls=(\d+)/.exec(stats)?.[1] ?? 0)
  }
  return {
    master: await count(of.master(shard)),
    replicas: await Promise.all(of.replicas(shard).map(count)),
  }
}

async function resetStats(of: Fleet): Promise<void> {
  for (const node of of.nodes())
    if (node.role !== 'sentinel') await node.command('CONFIG', 'RESETSTAT')
}

/** Reads until a replica has answered. */
async function replicasAnswer(redis: Disredis, key: string): Promise<void> {
  const { shard } = redis.explain(key)
  await expect
    .poll(
      async () => {
        await redis.get(key)
        return (await gets(fleet, shard)).replicas.every((count) => count > 0)
      },
      { timeout: 30_000 },
    )
    .toBe(true)
}

describe('reads', () => {
  test('with replicaPreferred are answered by the replicas in turn, writes by the master', async () => {
    await using redis = await Disredis.connect({
      sentinels: fleet.sentinels,
      readFrom: 'replicaPreferred',
      readYourWrites: 0,
    })
    await redis.set('r:k', 'v')
    await fleet.waitForSync()
    await replicasAnswer(redis, 'r:k')
    const { shard } = redis.explain('r:k')
    await resetStats(fleet)
    const values = await Promise.all(Array.from({ length: 100 }, () => redis.get('r:k')))
    expect(new Set(values)).toEqual(new Set(['v']))
    expect(await gets(fleet, shard)).toEqual({ master: 0, replicas: [50, 50] })
    expect(await redis.mget('r:k', 'r:a', 'r:b', 'r:c')).toEqual(['v', null, null, null])
  })

  test('of a key that was just written go to the master', async () => {
    await using redis = await Disredis.connect({
      sentinels: fleet.sentinels,
      readFrom: 'replicaPreferred',
      readYourWrites: 600_000,
    })
    await replicasAnswer(redis, 'r:other')
    for (let i = 0; i < 200; i++) {
      await redis.set('r:mine', i)
      expect(await redis.get('r:mine')).toBe(`${i}`)
    }
    await redis.mset('r:m1', 'a', 'r:m2', 'b')
    expect(await redis.mget('r:m1', 'r:m2')).toEqual(['a', 'b'])
  })

  test.each<[string, (redis: Disredis, key: string) => Promise<unknown>]>([
    ['in a transaction', (redis, key) => redis.multi().set(key, 'v').exec()],
    ['durably', (redis, key) => redis.durable({ replicas: 1, timeout: 5000 }).set(key, 'v')],
    ['by a handle', (redis, key) => redis.shard(redis.explain(key).shard).set(key, 'v')],
    ['by a script', (redis, key) => redis.eval("redis.call('SET', KEYS[1], 'v')", 1, key)],
    ['by SORT ... STORE', (redis, key) => redis.sort('{s}list', 'STORE', key)],
    ['by DEL of one key', (redis, key) => redis.del(key)],
    ['by FLUSHALL', (redis) => redis.flushall()],
    ['by FLUSHDB of its shard', (redis, key) => redis.shard(redis.explain(key).shard).flushdb()],
    ['in transaction()', (redis, key) => redis.transaction([key], (tx) => tx.set(key, 'v'))],
  ])('of a key that was written %s go to the master', async (_how, write) => {
    await using redis = await Disredis.connect({ sentinels: fleet.sentinels })
    const key = '{s}key'
    await redis.del(key)
    await redis.multi().rpush('{s}list', 1, 2).set(key, 'old').exec()
    await fleet.waitForSync()
    await using fresh = await Disredis.connect({
      sentinels: fleet.sentinels,
      readFrom: 'replica',
      readYourWrites: 600_000,
    })
    await replicasAnswer(fresh, key)
    const { shard } = fresh.explain(key)
    await write(fresh, key)
    await resetStats(fleet)
    await fresh.get(key).catch(() => {})
    const { master, replicas } = await gets(fleet, shard)
    expect([master, ...replicas]).toEqual([1, 0, 0])
  })

  test('may be asked of replicas by a handle, the client itself stays with masters', async () => {
    await using redis = await Disredis.connect({ sentinels: fleet.sentinels })
    const handle = redis.with({ readFrom: 'replica' })
    expect(await handle.get('r:none')).toBeNull()
    const { shard } = redis.explain('r:none')
    await resetStats(fleet)
    await redis.get('r:none')
    await handle.get('r:none')
    const { master, replicas } = await gets(fleet, shard)
    expect([master, replicas.reduce((a, b) => a + b)]).toEqual([1, 1])
  })

  test('pass the error of a replica on without the arguments of the command', async () => {
    await using redis = await Disredis.connect({ sentinels: fleet.sentinels })
    await redis.set('r:text', 'v')
    await fleet.waitForSync()
    const error = await redis
      .with({ readFrom: 'replica' })
      .hget('r:text', 'payload')
      .catch((e: Error) => e)
    expect(error).toMatchObject({ name: 'ReplyError', command: { name: 'hget' } })
    expect(inspect(error, { showHidden: true, depth: 9 })).not.toContain('payload')
  })

  test('that are under way are answered before the client is closed', async () => {
    const redis = await Disredis.connect({
      sentinels: fleet.sentinels,
      readFrom: 'replicaPreferred',
    })
    await replicasAnswer(redis, 'r:last')
    const replicas = fleet.replicas(redis.explain('r:last').shard)
    await Promise.all(replicas.map((it) => it.pause()))
    try {
      const reads = Promise.all(Array.from({ length: 100 }, () => redis.get('r:last')))
      // The replicas do not answer; it waits until the master has.
      expect(await redis.quit()).toBe('OK')
      expect(new Set(await reads)).toEqual(new Set([null]))
    } finally {
      await Promise.all(replicas.map((it) => it.resume()))
    }
  })

  test('with nearest are answered by whichever node', async () => {
    await using redis = await Disredis.connect({ sentinels: fleet.sentinels, readFrom: 'nearest' })
    await redis.set('r:near', 'v')
    expect(await redis.get('r:near')).toBe('v')
  })
})

describe('a replica', () => {
  test.each(['kill', 'pause'] as const)('that fails (%s) is left; no read fails', async (fault) => {
    await using own = await startFleet({ masters: 1, replicas: 2, sentinels: 1, downAfter: 60_000 })
    await using redis = await Disredis.connect({
      sentinels: own.sentinels,
      readFrom: 'replicaPreferred',
      readYourWrites: 0,
    })
    await redis.set('k', 'v')
    await own.waitForSync()
    await expect
      .poll(async () => {
        await redis.get('k')
        return (await gets(own, 'shard-1')).replicas.every((count) => count > 0)
      })
      .toBe(true)
    const reads: Promise<string | null>[] = []
    for (let i = 0; i < 300; i++) reads.push(redis.get('k'))
    await own.replicas()[0]![fault]()
    for (let i = 0; i < 300; i++) {
      reads.push(redis.get('k'))
      await redis.set('w', i)
    }
    expect(new Set(await Promise.all(reads))).toEqual(new Set(['v']))
  })

  test('that lags behind is not read', async () => {
    await using own = await startFleet({ masters: 1, replicas: 1, sentinels: 1, downAfter: 60_000 })
    await using redis = await Disredis.connect({
      sentinels: own.sentinels,
      readFrom: 'replicaPreferred',
      readYourWrites: 0,
      maxReplicaLag: 10_000,
    })
    await redis.set('k', 'old')
    await own.waitForSync()
    const [replica] = own.replicas()
    await replica!.command('REPLICAOF', 'NO', 'ONE')
    await redis.set('k', 'new')
    await redis.set('much', 'x'.repeat(100_000))
    await expect.poll(() => redis.get('k'), { timeout: 30_000 }).toBe('new')
  })

  test('that is gone lets as many reads wait as the queue takes', async () => {
    await using own = await startFleet({ masters: 1, replicas: 0, sentinels: 1, downAfter: 60_000 })
    await using redis = await Disredis.connect({
      sentinels: own.sentinels,
      readFrom: 'replica',
      queue: { maxCommands: 3 },
    })
    const waiting = Promise.allSettled([redis.get('a'), redis.get('b'), redis.get('c')])
    await expect(redis.get('d')).rejects.toMatchObject({ code: 'DISREDIS_QUEUE_FULL' })
    await redis.close({ timeout: 0 })
    for (const it of await waiting) expect(it.status).toBe('rejected')
  })

  test('is waited for by reads that no other node may answer, until their deadline', async () => {
    await using own = await startFleet({ masters: 1, replicas: 1, sentinels: 1, downAfter: 60_000 })
    await using redis = await Disredis.connect({ sentinels: own.sentinels, commandTimeout: 60_000 })
    await redis.set('k', 'v')
    await own.waitForSync()
    await own.replicas()[0]!.kill()
    await expect(redis.with({ readFrom: 'replica', timeout: 300 }).get('k')).rejects.toMatchObject({
      code: expect.stringMatching(/DISREDIS_(SHARD_DOWN|COMMAND_TIMEOUT)/),
    })
    const waiting = redis.with({ readFrom: 'replica' }).get('k')
    await own.replicas()[0]!.restart()
    expect(await waiting).toBe('v')
  })
})
