import { type Fleet, startFleet } from '@disredis/fleet'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Disredis } from '../src/index.js'

let fleet: Fleet
let redis: Disredis
const keys = Array.from({ length: 3000 }, (_, i) => `scan:${i}`)

beforeAll(async () => {
  fleet = await startFleet({ masters: 3, replicas: 1, sentinels: 3, downAfter: 1000 })
  redis = await Disredis.connect({ sentinels: fleet.sentinels, commandTimeout: 60_000 })
  const pipeline = redis.pipeline()
  for (const key of keys) pipeline.set(key, '1')
  await pipeline.exec()
})

afterAll(async () => {
  await redis?.close()
  await fleet?.close()
})

test('a scan returns the keys of all shards, by cursor, stream and iterator', async () => {
  const byCursor: string[] = []
  let cursor = '0'
  do {
    const [next, some] = await redis.scan(cursor, 'MATCH', 'scan:*', 'COUNT', 100)
    byCursor.push(...some)
    cursor = next
  } while (cursor !== '0')
  expect(byCursor.sort()).toEqual([...keys].sort())

  const byStream: string[] = []
  for await (const some of redis.scanStream({ match: 'scan:*', count: 200 })) byStream.push(...some)
  expect(byStream.sort()).toEqual([...keys].sort())

  const byIterator: string[] = []
  for await (const key of redis.scanKeys({ match: 'scan:1*' })) byIterator.push(key)
  expect(byIterator.sort()).toEqual(keys.filter((key) => key.startsWith('scan:1')).sort())

  const inBuffers: Buffer[] = []
  for await (const some of redis.scanBufferStream({ match: 'scan:7' })) inBuffers.push(...some)
  expect(inBuffers).toEqual([Buffer.from('scan:7')])
})

test('a shard handle scans that shard only', async () => {
  const found: string[] = []
  for await (const key of redis.shard('shard-2').scanKeys({ match: 'scan:*' })) found.push(key)
  expect(found.sort()).toEqual(keys.filter((key) => redis.explain(key).shard === 'shard-2').sort())
})

test('streams over one key go to its shard', async () => {
  await redis.sadd('a set', ...keys.slice(0, 500))
  const members: string[] = []
  for await (const some of redis.sscanStream('a set')) members.push(...some)
  expect(new Set(members).size).toBe(500)
})

test('what is no cursor is refused by the server', async () => {
  await expect(redis.scan('abc')).rejects.toThrow('ERR invalid cursor')
})

test('a key that is there all along is returned although masters are replaced in mid-scan', async () => {
  for (const name of ['shard-1', 'shard-2', 'shard-3']) await fleet.waitForSync(name)
  const found = new Set<string>()
  let cursor = '0'
  let calls = 0
  do {
    const [next, some] = await redis.scan(cursor, 'MATCH', 'scan:*', 'COUNT', 50)
    for (const key of some) found.add(key)
    cursor = next
    calls++
    if (calls === 5) await fleet.master('shard-1').kill()
    if (calls === 60) await fleet.failover('shard-2')
  } while (cursor !== '0')
  expect(found.size).toBe(keys.length)
})
