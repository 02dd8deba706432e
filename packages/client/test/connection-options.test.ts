import { type Fleet, startFleet } from '@disredis/fleet'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Disredis } from '../src/index.js'

let fleet: Fleet

beforeAll(async () => {
  fleet = await startFleet({ masters: 3, replicas: 1, sentinels: 1, downAfter: 60_000 })
})

afterAll(async () => {
  await fleet?.close()
})

/** Uses every kind of connection that a client has. Each gives the value of the key. */
async function valuesByAllConnections(redis: Disredis, key: string): Promise<unknown[]> {
  await redis.set(key, 'v')
  await redis.rpush(`{${key}}list`, 'v', 'v')
  await fleet.waitForSync()
  const { shard } = redis.explain(key)
  await redis.subscribe('channel')
  return [
    await redis.get(key),
    (await redis.mget(key, 'a', 'b', 'c'))[0],
    (await redis.multi().get(key).exec())?.[0]?.[1],
    await redis.shard(shard).get(key),
    (await redis.blpop(`{${key}}list`, 1))?.[1],
    await redis.transaction([key], (tx) => tx.get(key)),
    await redis.durable({ replicas: 1, timeout: 5000 }).getex(key, 'EX', 1000),
    await redis.with({ readFrom: 'replica' }).get(key),
  ]
}

test('db: every connection is to that database, and scans and counts are of it', async () => {
  await using other = await Disredis.connect({ sentinels: fleet.sentinels })
  await using redis = await Disredis.connect({ sentinels: fleet.sentinels, db: 3 })
  expect(await valuesByAllConnections(redis, 'db:key')).toEqual(Array(8).fill('v'))
  expect(await other.exists('db:key')).toBe(0)
  expect(await redis.dbsize()).toBe(2)
  expect((await redis.keys('*')).sort()).toEqual(['db:key', '{db:key}list'])
  const found: string[] = []
  for await (const key of redis.scanKeys()) found.push(key)
  expect(found.sort()).toEqual(['db:key', '{db:key}list'])
  await other.set('kept', '1')
  await redis.flushdb()
  expect(await redis.dbsize()).toBe(0)
  expect(await other.get('kept')).toBe('1')
})

test('connectionName: every connection has it, Sentinels included', async () => {
  await using redis = await Disredis.connect({
    sentinels: fleet.sentinels,
    connectionName: 'billing-7',
  })
  await valuesByAllConnections(redis, 'name:key')
  const { shard } = redis.explain('name:key')
  const named = async (node: { command(...args: string[]): Promise<unknown> }) =>
    ((await node.command('CLIENT', 'LIST')) as string).split(' name=billing-7 ').length - 1
  // Commands, blocking, watching and durable ones.
  expect(await named(fleet.master(shard))).toBeGreaterThanOrEqual(4)
  expect(await named(fleet.replicas(shard)[0]!)).toBe(1)
  expect(await named(fleet.master(redis.explain('channel').shard))).toBeGreaterThanOrEqual(2)
  const sentinels = fleet.nodes().filter(({ role }) => role === 'sentinel')
  for (const sentinel of sentinels) expect(await named(sentinel)).toBe(1)
})

test('stringNumbers: integers are text, also where shards are added up', async () => {
  await using redis = await Disredis.connect({ sentinels: fleet.sentinels, stringNumbers: true })
  await redis.flushall()
  await redis.mset({ a: 1, b: 2, c: 3, d: 4 })
  const replies = [
    await redis.incr('a'),
    await redis.dbsize(),
    await redis.exists('a', 'b', 'c', 'd', 'e'),
    await redis.del('a', 'b', 'c', 'd'),
    (await redis.multi().incr('{m}').exec())?.[0]?.[1],
    (await redis.pipeline().incr('p').exec())?.[0]?.[1],
  ]
  expect(replies).toEqual(['2', '4', '4', '4', '1', '1'])
})

test('lazyConnect: nothing is dialled before the first command, whatever its kind', async () => {
  for (const first of [
    (redis: Disredis) => redis.ping(),
    (redis: Disredis) => redis.pipeline().ping().exec(),
    (redis: Disredis) => redis.multi().set('k', 'v').exec(),
    (redis: Disredis) => redis.subscribe('c'),
    (redis: Disredis) => redis.transaction(['k'], async (tx) => tx.get('k')),
    (redis: Disredis) => redis.blpop('none', 0.01),
    (redis: Disredis) => redis.hscan('none', 0),
    (redis: Disredis) => redis.durable({ replicas: 1, timeout: 1000 }).set('k', 'v'),
    (redis: Disredis) => redis.with({ timeout: 5000 }).get('k'),
  ]) {
    await using redis = new Disredis({ sentinels: fleet.sentinels, lazyConnect: true })
    expect(redis.status).toBe('wait')
    expect(redis.topology).toBeUndefined()
    await first(redis)
    expect(redis.status).toMatch(/connecting|ready/)
  }
})
