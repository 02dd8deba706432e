import { CrossShardError } from '@disredis/client'
import KeyvRedis from '@keyv/redis'
import Keyv from 'keyv'
import { expect, test } from 'vitest'
import { ThreeMasters } from './three-masters.js'

const masters = ThreeMasters.forThisFile()

/** The adapter's types name ioredis's options, but it takes a client. */
function adapter(client: object, options: { useRedisSets?: boolean } = {}) {
  return new KeyvRedis(client as never, options as never)
}

test('keeps values on all shards, with their time to live', async () => {
  const client = await masters.client()
  const keyv = new Keyv({ store: adapter(client, { useRedisSets: false }), namespace: 'cache' })
  for (let i = 0; i < 30; i++) expect(await keyv.set(`k${i}`, { i })).toBe(true)
  expect(await keyv.get('k7')).toEqual({ i: 7 })
  expect(await keyv.get(['k1', 'k2', 'missing', 'k3'])).toEqual([
    { i: 1 },
    { i: 2 },
    undefined,
    { i: 3 },
  ])
  expect(await keyv.delete('k4')).toBe(true)
  expect(await keyv.get('k4')).toBeUndefined()
  expect(await keyv.delete(['k5', 'k6'])).toBe(true)
  await keyv.set('short', 1, 50)
  await expect.poll(() => keyv.get('short'), { timeout: 10_000 }).toBeUndefined()
  expect(await masters.shardsInUse(client)).toHaveLength(3)
  await keyv.clear()
  expect(await client.dbsize()).toBe(0)
})

test('iterates over what it keeps', async () => {
  const client = await masters.client()
  const keyv = new Keyv({ store: adapter(client), namespace: '{cache}' })
  const expected = Array.from({ length: 30 }, (_, i) => [`k${i}`, i])
  for (const [key, value] of expected) await keyv.set(key as string, value)
  const found: unknown[] = []
  for await (const entry of keyv.iterator!(undefined)) found.push(entry)
  expect(found).toHaveLength(30)
  expect(found).toEqual(expect.arrayContaining(expected))
  await keyv.clear()
})

test('with sets of keys, the default, needs a hash tag in its namespace', async () => {
  const client = await masters.client()
  const tagged = new Keyv({ store: adapter(client), namespace: '{sets}' })
  await tagged.set('a', 1)
  expect(await tagged.get('a')).toBe(1)
  expect(await tagged.has('a')).toBe(true)
  expect(await tagged.delete('a')).toBe(true)
  const store = adapter(client)
  store.namespace = 'plain'
  const writes = Array.from({ length: 12 }, (_, i) => store.set(`k${i}`, '1').catch((e) => e))
  const refused = (await Promise.all(writes)).filter((it) => it instanceof CrossShardError)
  expect(refused.length).toBeGreaterThan(0)
})
