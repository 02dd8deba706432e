import { CrossShardError, type Disredis } from '@disredis/client'
import { redisInsStore } from 'cache-manager-ioredis-yet'
import { expect, test } from 'vitest'
import { ThreeMasters } from './three-masters.js'

const masters = ThreeMasters.forThisFile()

/** What cache-manager asks of a store; its own types are of a version that the adapter leaves open. */
interface Store {
  get(key: string): Promise<unknown>
  set(key: string, value: unknown): Promise<void>
  mget(...keys: string[]): Promise<unknown[]>
  mset(entries: [key: string, value: unknown][], ttl: number): Promise<void>
  del(key: string): Promise<void>
  mdel(...keys: string[]): Promise<void>
  ttl(key: string): Promise<number>
  keys(pattern: string): Promise<string[]>
  reset(): Promise<void>
}

/** The adapter's types name ioredis's class, which nothing else can be: it has private members. */
function storeOver(client: Disredis, options: { ttl?: number } = {}): Store {
  return redisInsStore(client as never, options) as unknown as Store
}

test('gets, sets, counts down and forgets, one key and many', async () => {
  const client = await masters.client()
  const store = storeOver(client, { ttl: 60_000 })
  await store.set('one', { a: [1, 2] })
  expect(await store.get('one')).toEqual({ a: [1, 2] })
  expect(await store.ttl('one')).toBeGreaterThan(0)
  const entries = Array.from({ length: 30 }, (_, i): [string, unknown] => [`k${i}`, i])
  await store.mset(entries, 0)
  expect(await store.mget('k3', 'missing', 'k7')).toEqual([3, undefined, 7])
  expect((await store.keys('k*')).sort()).toEqual(entries.map(([key]) => key).sort())
  expect(await masters.shardsInUse(client)).toHaveLength(3)
  await store.mdel('k3', 'k4', 'k5')
  await store.del('k7')
  expect(await store.mget('k3', 'k4', 'k5', 'k7', 'k8')).toEqual([
    undefined,
    undefined,
    undefined,
    undefined,
    8,
  ])
  await store.reset()
  expect(await client.dbsize()).toBe(0)
})

test('many keys with a time to live are a transaction: they need one hash tag', async () => {
  const store = storeOver(await masters.client())
  await store.mset(
    [
      ['{t}:a', 1],
      ['{t}:b', 2],
    ],
    60_000,
  )
  expect(await store.mget('{t}:a', '{t}:b')).toEqual([1, 2])
  const entries = Array.from({ length: 12 }, (_, i): [string, unknown] => [`k${i}`, i])
  await expect(store.mset(entries, 60_000)).rejects.toBeInstanceOf(CrossShardError)
})
