import { type Fleet, type FleetOptions, startFleet } from '@disredis/fleet'
import { createRing, keySlot } from '@disredis/hash-ring'
import fc from 'fast-check'
import { Redis } from 'ioredis'
import { expect, test } from 'vitest'

const clusterMode = {
  masters: 1,
  replicas: 0,
  sentinels: 1,
  dataConfig: ['cluster-enabled yes'],
} satisfies FleetOptions

const part = fc.oneof(fc.constantFrom('{', '}', '{}'), fc.string({ unit: 'binary', maxLength: 8 }))
const text = fc.array(part, { maxLength: 8 }).map((parts) => parts.join(''))
const bytes = fc.uint8Array({ maxLength: 40 }).map((array) => Buffer.from(array))

test('CLUSTER KEYSLOT of a real server answers keySlot, for text and for bytes', async () => {
  await using fleet = await startFleet(clusterMode)
  using redis = connect(fleet)
  const keys = [...fc.sample(text, 2000), ...fc.sample(bytes, 2000), 'foo{}{bar}', 'a\ud800b']
  const answers = await Promise.all(keys.map((key) => redis.cluster('KEYSLOT', key as string)))
  expect(keys.map((key) => keySlot(key))).toEqual(answers)
})

test('CLUSTER ADDSLOTSRANGE takes the ranges of all shards and then has every slot', async ({
  skip,
}) => {
  await using fleet = await startFleet(clusterMode)
  using redis = connect(fleet)
  const ring = createRing({ 'shard-1': 1, 'shard-2': 1, 'shard-3': 2 })
  const [major] = /(?<=^redis_version:)\d+/m.exec(await redis.info('server')) ?? []
  skip(Number(major) < 7, 'ADDSLOTSRANGE came with Redis 7.0')
  for (const name of ring.names) {
    await redis.call('CLUSTER', 'ADDSLOTSRANGE', ...ring.ranges(name).flat())
  }
  expect(await redis.cluster('INFO')).toContain('cluster_slots_assigned:16384')
})

function connect(fleet: Fleet): Redis & Disposable {
  const redis = new Redis({ ...fleet.master().address })
  return Object.assign(redis, { [Symbol.dispose]: () => redis.disconnect() })
}
