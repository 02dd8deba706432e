import { RedisStore } from 'connect-redis'
import type { SessionData } from 'express-session'
import type { Redis } from 'ioredis'
import { createClient } from 'redis'
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import { SessionLockError, type SessionPolicy, SessionStore } from '../src/index.js'
import { type Servers, startServers } from './support/servers.js'
import { newId } from './support/session-ids.js'

type Data = Record<string, unknown>

let servers: Servers
let redis: Redis
/** What a server that was not deployed yet runs: connect-redis itself. */
let old: RedisStore
beforeAll(async () => {
  servers = await startServers()
  redis = servers.ioredis()
  const { host, port } = servers.fleet.master().address
  const client = createClient({ socket: { host, port } })
  await client.connect()
  old = new RedisStore({ client })
  return async () => {
    await client.close()
    await servers[Symbol.asyncDispose]()
  }
})
afterEach(() => redis.flushall())

const open = (mode: 'share' | 'replace', options: Partial<SessionPolicy<Data>> = {}) =>
  new SessionStore<Data>({
    client: redis,
    connectRedis: { mode },
    deadline: 30_000,
    ...options,
  })

const MINUTE = 60_000
const cookie = () => ({
  originalMaxAge: MINUTE,
  expires: new Date(Date.now() + MINUTE),
  httpOnly: true,
  path: '/',
})
const oldSession = (data: Data) => ({ cookie: cookie(), ...data }) as unknown as SessionData

async function savedByOld(data: Data): Promise<string> {
  const id = newId()
  await old.set(id, oldSession(data))
  return id
}

describe('replace', () => {
  test('a session of connect-redis is read, and replaced when it is saved', async () => {
    const store = open('replace')
    const id = await savedByOld({ n: 1, user: 'ada' })
    const loaded = await store.get(id)
    expect(loaded).toMatchObject({
      data: { n: 1, user: 'ada' },
      cookie: { originalMaxAge: MINUTE, httpOnly: true, path: '/' },
    })
    expect(await redis.exists(`sess:${id}`)).toBe(1)

    const session = { ...loaded?.data, n: 2, cookie: loaded?.cookie }
    const saved = await store.set(id, session, { from: loaded?.handle })
    expect(saved.outcome).toBe('updated')
    expect(await redis.exists(`sess:${id}`)).toBe(0)
    expect((await store.get(id))?.data).toEqual({ n: 2, user: 'ada' })
    expect(store.counters.migrated).toBe(1)
    // From now on it is a session like any other.
    const again = await store.get(id)
    expect((await store.set(id, { n: 3 }, { from: again?.handle })).outcome).toBe('updated')
  })

  test('or only touched', async () => {
    const store = open('replace')
    const id = await savedByOld({ n: 1 })
    const loaded = await store.get(id)
    const session = { ...loaded?.data, cookie: loaded?.cookie }
    expect((await store.touch(id, session, { from: loaded?.handle })).outcome).toBe('updated')
    expect(await redis.keys('*')).toHaveLength(1)
    expect((await store.get(id))?.data).toEqual({ n: 1 })
  })

  test('two requests replace it at the same time: both changes survive', async () => {
    const store = open('replace')
    const id = await savedByOld({ n: 1 })
    const [one, two] = await Promise.all([store.get(id), store.get(id)])
    await Promise.all([
      store.set(id, { n: 1, a: 1 }, { from: one?.handle }),
      store.set(id, { n: 1, b: 2 }, { from: two?.handle }),
    ])
    expect((await store.get(id))?.data).toEqual({ n: 1, a: 1, b: 2 })
    expect(await redis.keys('*')).toHaveLength(1)
  })

  test('a logout before the slow request that would replace it', async () => {
    const store = open('replace')
    const id = await savedByOld({ n: 1 })
    const slow = await store.get(id)
    expect(await store.destroy(id)).toEqual({ outcome: 'destroyed' })
    expect((await store.set(id, { n: 2 }, { from: slow?.handle })).outcome).toBe('gone')
    expect(await store.get(id)).toBeUndefined()
    expect(await old.get(id)).toBeNull()
  })

  test('a logout on an old server in the meantime is a logout', async () => {
    const store = open('replace')
    const id = await savedByOld({ n: 1 })
    const slow = await store.get(id)
    await old.destroy(id)
    expect((await store.set(id, { n: 2 }, { from: slow?.handle })).outcome).toBe('gone')
    expect(await store.get(id)).toBeUndefined()
    expect(store.counters.migrated).toBe(0)
  })

  test('users are tracked from then on', async () => {
    const store = open('replace', { userId: ({ user }) => user as string })
    const id = await savedByOld({ user: 'ada' })
    const loaded = await store.get(id)
    await store.touch(id, { user: 'ada', cookie: loaded?.cookie }, { from: loaded?.handle })
    expect(await store.listUserSessions('ada')).toHaveLength(1)
    await store.revokeUser('ada')
    expect(await store.get(id)).toBeUndefined()
  })

  test('a session of a revoked user is not read either', async () => {
    const store = open('replace', { userId: ({ user }) => user as string })
    const id = await savedByOld({ user: 'ada' })
    await store.revokeUser('ada')
    expect(await store.get(id)).toBeUndefined()
  })

  test.each([
    ['text', 'hello'],
    ['list', '[1]'],
    ['tower of lists', `{"cookie":{},"a":${'['.repeat(9_000)}${']'.repeat(9_000)}}`],
  ])('another program’s %s is left alone', async (_, text) => {
    const store = open('replace')
    const id = newId()
    await redis.set(`sess:${id}`, text)
    expect(await store.get(id)).toBeUndefined()
    expect(await redis.get(`sess:${id}`)).toBe(text)
  })

  test('both kinds are iterated, counted and cleared', async () => {
    const store = open('replace')
    await savedByOld({ n: 1 })
    await store.set(newId(), { n: 2 })
    const seen: unknown[] = []
    for await (const { data } of store.sessions()) seen.push(data.n)
    expect(seen.sort()).toEqual([1, 2])
    expect(await store.count()).toBe(2)
    expect(await store.clear()).toEqual({ removed: 2, failures: [] })
  })

  test('from another server with another prefix', async () => {
    await using other = await startServers()
    const otherRedis = other.ioredis()
    const id = newId()
    await otherRedis.set(`app:${id}`, JSON.stringify(oldSession({ n: 1 })))
    const store = new SessionStore<Data>({
      client: redis,
      connectRedis: { mode: 'replace', prefix: 'app:', client: otherRedis },
      deadline: 30_000,
    })
    expect(await store.count()).toBe(1)
    const loaded = await store.get(id)
    await store.set(id, { n: 2 }, { from: loaded?.handle })
    expect(await otherRedis.dbsize()).toBe(0)
    expect((await store.get(id))?.data).toEqual({ n: 2 })
  })
})

describe.each(['share', 'replace'] as const)(
  'the lock of a session of connect-redis: %s',
  (mode) => {
    test('is held by one at a time, and leaves nothing behind', async () => {
      const store = open(mode)
      const id = await savedByOld({ n: 0 })
      await Promise.all(
        Array.from({ length: 10 }, async () => {
          await using lock = await store.lock(id, { wait: 60_000, life: 60_000 })
          const loaded = await store.get(id)
          await store.set(id, { n: Number(loaded?.data.n) + 1 }, { from: loaded?.handle, lock })
        }),
      )
      expect((await store.get(id))?.data).toEqual({ n: 10 })
      expect(store.counters.conflicts).toBe(0)
      expect(await redis.keys('*')).toHaveLength(1)
    })

    test('is none where there is no session, or ends', async () => {
      const store = open(mode)
      await expect(store.lock(newId())).rejects.toThrow('There is no session to lock')
      const id = await savedByOld({ n: 0 })
      const lock = await store.lock(id)
      const loaded = await store.get(id)
      expect(await store.destroy(id)).toEqual({ outcome: 'destroyed' })
      await expect(store.lock(id)).rejects.toThrow('There is no session to lock')
      const saved = await store.set(id, { n: 1 }, { from: loaded?.handle, lock })
      expect(saved.outcome).toBe('gone')
    })
  },
)

test('a session of connect-redis is not replaced by who lost its lock', async () => {
  const store = open('replace')
  const id = await savedByOld({ n: 0 })
  const loaded = await store.get(id)
  const slow = await store.lock(id, { life: 1 })
  await using _quick = await store.lock(id, { wait: 30_000, life: 60_000 })
  const options = { from: loaded?.handle, lock: slow }
  await expect(store.set(id, { n: 1 }, options)).rejects.toThrow(SessionLockError)
  expect((await store.get(id))?.data).toEqual({ n: 0 })
})

describe('share', () => {
  test('old and new servers read, write and end each other’s sessions', async () => {
    const store = open('share')
    const ofOld = await savedByOld({ n: 1 })
    const loaded = await store.get(ofOld)
    const session = { ...loaded?.data, n: 2, cookie: loaded?.cookie }
    expect((await store.set(ofOld, session, { from: loaded?.handle })).outcome).toBe('updated')
    expect(await old.get(ofOld)).toMatchObject({ n: 2, cookie: { originalMaxAge: MINUTE } })

    const ofNew = newId()
    await store.set(ofNew, { n: 1, cookie: cookie() })
    const seen = (await old.get(ofNew)) as unknown as Data & { cookie: { expires: string } }
    expect(seen).toMatchObject({ n: 1, cookie: { originalMaxAge: MINUTE, path: '/' } })
    expect(new Date(seen.cookie.expires).getTime()).toBeGreaterThan(Date.now())
    await old.set(ofNew, { ...seen, n: 3 } as unknown as SessionData)
    expect((await store.get(ofNew))?.data).toEqual({ n: 3 })

    await store.destroy(ofOld)
    expect(await old.get(ofOld)).toBeNull()
    await old.destroy(ofNew)
    expect(await store.get(ofNew)).toBeUndefined()
  })

  test('a shared session lives as long as its cookie', async () => {
    const store = open('share')
    const id = newId()
    await store.set(id, { n: 1, cookie: cookie() })
    expect(await redis.pttl(`sess:${id}`)).toBeGreaterThan(MINUTE - 10_000)
    await redis.pexpire(`sess:${id}`, 1_000)
    expect((await store.touch(id, { cookie: cookie() })).outcome).toBe('touched')
    expect(await redis.pttl(`sess:${id}`)).toBeGreaterThan(MINUTE - 10_000)
  })

  test('new servers lose no updates among each other, and revive nothing', async () => {
    const store = open('share')
    const id = await savedByOld({ n: 1 })
    const [one, two, slow] = [await store.get(id), await store.get(id), await store.get(id)]
    await store.set(id, { n: 1, a: 1 }, { from: one?.handle })
    expect((await store.set(id, { n: 1, b: 2 }, { from: two?.handle })).outcome).toBe('merged')
    expect((await store.get(id))?.data).toEqual({ n: 1, a: 1, b: 2 })
    await store.destroy(id)
    expect((await store.set(id, { n: 9 }, { from: slow?.handle })).outcome).toBe('gone')
    expect((await store.set(id, { n: 9 })).outcome).toBe('gone')
    expect(await old.get(id)).toBeNull()
  })

  test('a write by an old server in between is merged with', async () => {
    const store = open('share')
    const id = await savedByOld({ n: 1 })
    const loaded = await store.get(id)
    await old.set(id, oldSession({ n: 1, theirs: 1 }))
    const saved = await store.set(id, { n: 1, mine: 1 }, { from: loaded?.handle })
    expect(saved.outcome).toBe('merged')
    expect(await old.get(id)).toMatchObject({ n: 1, theirs: 1, mine: 1 })
  })

  test('revoking a user holds through the writes of old servers', async () => {
    const store = open('share', { userId: ({ user }) => user as string })
    const before = newId()
    await store.set(before, { user: 'ada', cookie: cookie() })
    // An old server loads and saves it: it carries along what it does not know.
    const seen = await old.get(before)
    await old.set(before, { ...seen, n: 1 })
    expect((await store.get(before))?.data).toEqual({ user: 'ada', n: 1 })
    await store.revokeUser('ada')
    expect(await store.get(before)).toBeUndefined()
    const after = newId()
    await store.set(after, { user: 'ada', cookie: cookie() })
    expect((await store.get(after))?.data).toEqual({ user: 'ada' })
  })

  test('servers that share and servers that replace run side by side', async () => {
    const [sharing, replacing] = [open('share'), open('replace')]
    const id = newId()
    await sharing.set(id, { n: 1, cookie: cookie() })
    const loaded = await replacing.get(id)
    await replacing.set(id, { n: 2, cookie: cookie() }, { from: loaded?.handle })
    const shared = await sharing.get(id)
    expect(shared?.data).toEqual({ n: 2 })
    await sharing.set(id, { n: 3 }, { from: shared?.handle })
    expect((await replacing.get(id))?.data).toEqual({ n: 3 })
    // A request that loaded it before it was replaced.
    const late = await sharing.set(id, { n: 4 }, { from: loaded?.handle })
    expect(late.outcome).toBe('merged')
    expect((await replacing.get(id))?.data).toEqual({ n: 4 })
    await sharing.destroy(id)
    expect(await replacing.get(id)).toBeUndefined()
  })
})
