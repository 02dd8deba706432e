import { once } from 'node:events'
import { promisify } from 'node:util'
import { type ContractServers, startContractServers } from '@disredis/session-contract'
import type { SessionData } from 'express-session'
import { beforeAll, describe, expect, test, vi } from 'vitest'
import { DisredisStore, SessionStoreClosedError } from '../src/index.js'
import './support/session-data.js'

let servers: ContractServers
beforeAll(async () => {
  servers = await startContractServers({ masters: 2 })
  return () => servers[Symbol.asyncDispose]()
})

let stores = 0
function openStore(): DisredisStore {
  return new DisredisStore({ client: servers.disredis(), prefix: `store-${stores++}:` })
}

const id = (n: number) => `an-id-of-at-least-22-characters-${n}`
const cookie = { originalMaxAge: 3_600_000 }
const session = (views: number) => ({ cookie, views }) as SessionData

test('each method answers its callback', async () => {
  await using store = openStore()
  const set = promisify(store.set).bind(store)
  const get = promisify(store.get).bind(store)
  const touch = promisify(store.touch).bind(store)
  const destroy = promisify(store.destroy).bind(store)
  const length = promisify(store.length).bind(store)
  const all = promisify(store.all).bind(store)
  const ids = promisify(store.ids).bind(store)
  const clear = promisify(store.clear).bind(store)

  expect(await get(id(1))).toBeUndefined()
  for (let n = 1; n <= 3; n++) await set(id(n), session(n))
  const found = await get(id(2))
  expect(found).toMatchObject({ views: 2, cookie: { originalMaxAge: 3_600_000 } })
  expect(found?.cookie.expires).toBeInstanceOf(Date)
  await touch(id(2), session(2))
  expect(await length()).toBe(3)
  const views = (await all())?.map((one) => [one.views, one.cookie.originalMaxAge])
  expect(views?.sort()).toEqual([1, 2, 3].map((n) => [n, 3_600_000]))
  expect(new Set(await ids()).size).toBe(3)
  await destroy(id(2))
  expect(await get(id(2))).toBeUndefined()
  await clear()
  expect(await length()).toBe(0)
})

test('each method works without a callback', async () => {
  await using store = openStore()
  store.set(id(1), session(1))
  await vi.waitFor(async () => expect(await store.sessions.count()).toBe(1))
  store.touch(id(1), session(1))
  store.get(id(1))
  store.all()
  store.ids()
  store.length()
  store.destroy(id(1))
  await vi.waitFor(async () => expect(await store.sessions.count()).toBe(0))
  store.set(id(2), session(2))
  await vi.waitFor(async () => expect(await store.sessions.count()).toBe(1))
  store.clear()
  await vi.waitFor(async () => expect(await store.sessions.count()).toBe(0))
})

test('what a callback throws is uncaught, and calls it no second time', async () => {
  await using store = openStore()
  await store.sessions.set(id(1), session(1))
  const methods: ((callback: () => void) => void)[] = [
    (callback) => store.get(id(1), callback),
    (callback) => store.set(id(1), session(2), callback),
    (callback) => store.touch(id(1), session(2), callback),
    (callback) => store.destroy(id(1), callback),
    (callback) => store.all(callback),
    (callback) => store.ids(callback),
    (callback) => store.length(callback),
    (callback) => store.clear(callback),
  ]
  const listeners = process.listeners('uncaughtException')
  process.removeAllListeners('uncaughtException')
  try {
    for (const method of methods) {
      const callback = vi.fn(() => {
        throw new Error('thrown by the callback')
      })
      const thrown = once(process, 'uncaughtException')
      method(callback)
      expect((await thrown)[0]).toEqual(new Error('thrown by the callback'))
      await new Promise((resolve) => setImmediate(resolve))
      expect(callback).toHaveBeenCalledTimes(1)
    }
  } finally {
    for (const listener of listeners) process.on('uncaughtException', listener)
  }
})

test('a session from get can be given to set, as other stores allow', async () => {
  await using store = openStore()
  const set = promisify(store.set).bind(store)
  const get = promisify(store.get).bind(store)
  await set(id(1), session(1))
  const mine = (await get(id(1))) as SessionData
  const theirs = (await get(id(1))) as SessionData
  theirs.user = 'ada'
  await set(id(1), theirs)
  mine.views = 2
  await set(id(1), mine)
  expect(await get(id(1))).toMatchObject({ user: 'ada', views: 2 })
})

test('a session of one store can be given to another one', async () => {
  await using one = openStore()
  await using other = openStore()
  await promisify(one.set).bind(one)(id(1), session(1))
  const found = await promisify(one.get).bind(one)(id(1))
  await promisify(other.set).bind(other)(id(1), found as SessionData)
  expect(await promisify(other.get).bind(other)(id(1))).toMatchObject({ views: 1 })
})

describe('a session that ended during a request', () => {
  test('does not come back, however often it is saved', async () => {
    await using store = openStore()
    const set = promisify(store.set).bind(store)
    const get = promisify(store.get).bind(store)
    await set(id(1), session(1))
    const mine = (await get(id(1))) as SessionData
    // As if its time were over: nothing is left of it in Redis, no tombstone either.
    await store.sessions.clear()
    for (let views = 2; views < 5; views++) {
      await set(id(1), Object.assign(mine, { views }))
      expect(await get(id(1))).toBeUndefined()
    }
    expect(await store.sessions.count()).toBe(0)
  })
})

describe('close', () => {
  test('ends what the store opened: its connections are gone', async () => {
    const watcher = servers.disredis()
    const connections = async () =>
      (await Promise.all(
        servers.fleet.masters.map((name) => watcher.shard(name).client('LIST')),
      )) as string[]
    const named = async () =>
      (await connections()).join('').match(/name=to-be-closed/g)?.length ?? 0
    const store = new DisredisStore({
      sentinels: servers.fleet.sentinels,
      connectionName: 'to-be-closed',
    })
    await store.sessions.get(id(1))
    expect(await named()).toBeGreaterThan(0)
    await store.close()
    await vi.waitFor(async () => expect(await named()).toBe(0))
  })

  test.each(['disredis', 'ioredis'] as const)(
    'leaves a client of the application: %s',
    async (kind) => {
      const client = servers[kind]()
      const store = new DisredisStore({ client })
      await store.sessions.get(id(1))
      await store.close()
      expect(await client.set('still', 'open')).toBe('OK')
    },
  )

  test('makes every method answer with an error', async () => {
    const store = openStore()
    await store.close()
    await store.close()
    const methods: ((callback: (error?: unknown) => void) => void)[] = [
      (callback) => store.get(id(1), callback),
      (callback) => store.set(id(1), session(2), callback),
      (callback) => store.touch(id(1), session(2), callback),
      (callback) => store.destroy(id(1), callback),
      (callback) => store.all(callback),
      (callback) => store.ids(callback),
      (callback) => store.length(callback),
      (callback) => store.clear(callback),
    ]
    for (const method of methods) {
      const error = await new Promise((resolve) => method(resolve))
      expect(error).toBeInstanceOf(SessionStoreClosedError)
    }
    await expect(store.logoutEverywhere('ada')).rejects.toThrow(SessionStoreClosedError)
    await expect(store.listSessions('ada')).rejects.toThrow(SessionStoreClosedError)
  })
})
