import { hash } from 'node:crypto'
import type { Disredis } from '@disredis/client'
import type { Redis } from 'ioredis'
import { beforeAll, describe, expect, test, vi } from 'vitest'
import {
  type SessionHandle,
  SessionOptionError,
  type SessionPolicy,
  type SessionRedis,
  SessionStore,
} from '../src/index.js'
import { countCommands } from './support/count-commands.js'
import { type Servers, startServers } from './support/servers.js'
import { newId } from './support/session-ids.js'

interface Data {
  user?: string
  n?: number
}

let servers: Servers
let client: Disredis
beforeAll(async () => {
  servers = await startServers({ masters: 3 })
  client = servers.disredis()
  return () => servers[Symbol.asyncDispose]()
})

const open = (options: Partial<SessionPolicy<Data>> & { client?: SessionRedis } = {}) =>
  new SessionStore<Data>({ client, userId: ({ user }) => user, deadline: 30_000, ...options })

async function login(store: SessionStore<Data>, user: string) {
  const id = newId()
  const { handle } = await store.set(id, { user })
  return { id, handle }
}

describe('revokeUser', () => {
  test('ends all sessions of the user, however many, and nobody else', async () => {
    const store = open()
    const [ada, bob] = [newId(), newId()]
    const sessions = await Promise.all(Array.from({ length: 30 }, () => login(store, ada)))
    const other = await login(store, bob)
    const anonymous = newId()
    await store.set(anonymous, { n: 1 })

    await store.revokeUser(ada)

    for (const { id } of sessions) expect(await store.get(id)).toBeUndefined()
    expect((await store.get(other.id))?.data).toEqual({ user: bob })
    expect((await store.get(anonymous))?.data).toEqual({ n: 1 })
    // Another process sees the same.
    expect(await open().get(sessions[0]!.id)).toBeUndefined()
  })

  test('the user can log in again, at once', async () => {
    const store = open()
    const ada = newId()
    const old = await login(store, ada)
    await store.revokeUser(ada)
    const { id } = await login(store, ada)
    expect((await store.get(id))?.data).toEqual({ user: ada })
    expect(await store.get(old.id)).toBeUndefined()
  })

  test('the user can log in again in a session that there is, and out of it', async () => {
    const store = open()
    const [ada, bob] = [newId(), newId()]
    await store.revokeUser(ada)
    const id = newId()
    const { handle } = await store.set(id, { n: 1 })
    const asAda = await store.set(id, { user: ada }, { from: handle })
    expect((await store.get(id))?.data).toEqual({ user: ada })
    const asBob = await store.set(id, { user: bob }, { from: asAda.handle })
    expect((await store.get(id))?.data).toEqual({ user: bob })
    await store.set(id, { n: 2 }, { from: asBob.handle })
    expect((await store.get(id))?.data).toEqual({ n: 2 })
  })

  test.each(['first', 'second', 'third'])(
    'ends a session that was the %s user’s at any time since its creation',
    async (which) => {
      const store = open()
      const users: readonly [string, string, string] = [newId(), newId(), newId()]
      const id = newId()
      let handle: SessionHandle | undefined
      // An administrator becomes somebody else, and somebody else, and is back.
      for (const user of [...users, users[0]]) {
        ;({ handle } = await store.set(id, { user }, { from: handle }))
      }
      expect((await store.get(id))?.data).toEqual({ user: users[0] })
      await store.revokeUser(users[['first', 'second', 'third'].indexOf(which)]!)
      expect(await store.get(id)).toBeUndefined()
      // Nor does a request under way bring it back, as anybody.
      for (const user of users) await store.set(id, { user }, { from: handle })
      expect(await store.get(id)).toBeUndefined()
    },
  )

  test('a request under way does not save the session back in', async () => {
    const store = open()
    const ada = newId()
    const { id } = await login(store, ada)
    const slow = await store.get(id)
    await store.revokeUser(ada)
    await store.set(id, { user: ada, n: 2 }, { from: slow?.handle })
    expect(await store.get(id)).toBeUndefined()
  })

  test('a request under way cannot escape by regenerating', async () => {
    const store = open()
    const ada = newId()
    const { id } = await login(store, ada)
    const slow = await store.get(id)
    await store.revokeUser(ada)
    await store.destroy(id)
    const next = newId()
    expect((await store.set(next, { user: ada }, { from: slow?.handle })).outcome).toBe('gone')
    expect(await store.get(next)).toBeUndefined()
  })

  test('a login that proves the user anew is good, though it continues a revoked session', async () => {
    const store = open()
    const ada = newId()
    const { id } = await login(store, ada)
    const loaded = await store.get(id)
    await store.revokeUser(ada)
    await store.destroy(id)
    const next = newId()
    const from = loaded?.handle
    expect((await store.set(next, { user: ada }, { from, isLogin: true })).outcome).toBe('created')
    expect((await store.get(next))?.data.user).toBe(ada)
  })

  test('a regenerated session is revoked with the login that it continues', async () => {
    const store = open()
    const ada = newId()
    const { id, handle } = await login(store, ada)
    await store.destroy(id)
    const next = newId()
    expect((await store.set(next, { user: ada }, { from: handle })).outcome).toBe('created')
    expect((await store.get(next))?.data.user).toBe(ada)
    await store.revokeUser(ada)
    expect(await store.get(next)).toBeUndefined()
  })

  test('a session does not outlive its end by being regenerated', async () => {
    const store = open()
    const ada = newId()
    const { id, handle } = await login(store, ada)
    await store.destroy(id)
    // The slow request regenerates after somebody else has logged out.
    expect(await store.destroy(id)).toEqual({ outcome: 'absent' })
    const next = newId()
    const saved = await store.set(next, { user: ada }, { from: handle?.ended() })
    expect(saved.outcome).toBe('gone')
    const empty = await store.set(next, { n: 1 }, { from: handle?.ended() })
    expect(empty.outcome).toBe('created')
  })

  test('a merge keeps the login of the side that logged in', async () => {
    const store = open()
    const ada = newId()
    const id = newId()
    await store.set(id, {})
    const [one, two] = [await store.get(id), await store.get(id)]
    await store.set(id, { user: ada }, { from: one?.handle })
    expect((await store.set(id, { n: 1 }, { from: two?.handle })).outcome).toBe('merged')
    expect((await store.get(id))?.data).toEqual({ user: ada, n: 1 })
    await store.revokeUser(ada)
    expect(await store.get(id)).toBeUndefined()
  })

  test('who logs out by removing the user is logged out, also against a slow request', async () => {
    const store = open()
    const ada = newId()
    const { id } = await login(store, ada)
    const [one, two] = [await store.get(id), await store.get(id)]
    await store.set(id, {}, { from: one?.handle })
    await store.set(id, { user: ada, n: 1 }, { from: two?.handle })
    expect((await store.get(id))?.data).toEqual({ n: 1 })
  })

  test('when what is known of a user is lost, sessions are not good any more', async () => {
    const store = open()
    const ada = newId()
    const { id } = await login(store, ada)
    const keys = await userKeys()
    for (const { redis, key } of keys) await redis.unlink(key)
    expect(await store.get(id)).toBeUndefined()
    // The next login begins a new time: it brings nothing old back.
    await login(store, ada)
    expect(await store.get(id)).toBeUndefined()
  })
})

test('a user’s epoch that was lost does not begin below a stamp that was seen', async () => {
  const store = open()
  const ada = newId()
  const key = `sess:user:${hash('sha256', ada)}`
  await login(store, ada)
  // The clock of the master that is lost was ahead of that of the next one.
  await client.zadd(key, Date.now() + 60_000, 'epoch')
  const { id } = await login(store, ada)
  await client.del(key)
  await store.revokeUser(ada)
  expect(await store.get(id)).toBeUndefined()
})

test('the use of a session is written by the server’s clock', async () => {
  const store = open({ touchAfter: 60_000 })
  const [one, two] = [newId(), newId()]
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() - 3_600_000 })
  try {
    await store.set(one, { n: 1 })
    await store.set(two, { n: 1 })
    const keyOf = (id: string) => `sess:${hash('sha256', id)}`
    const touched = Number(await client.hget(keyOf(two), 'a'))
    await client.hset(keyOf(two), 'a', touched - 120_000)
    const loaded = await Promise.all([store.get(one), store.get(two)])
    const touches = [one, two].map((id, i) =>
      store.touch(id, { n: 1 }, { from: loaded[i]?.handle }),
    )
    const outcomes = (await Promise.all(touches)).map(({ outcome }) => outcome)
    expect(outcomes).toEqual(['unchanged', 'touched'])
  } finally {
    vi.useRealTimers()
  }
})

describe('sessions from before users were tracked', () => {
  test('stay good until their user revokes', async () => {
    const before = new SessionStore<Data>({ client, deadline: 30_000 })
    const [ada, bob] = [newId(), newId()]
    const [one, two] = [await login(before, ada), await login(before, bob)]
    const store = open()
    expect((await store.get(one.id))?.data).toEqual({ user: ada })
    // Another login of the same user does not end it.
    await login(store, ada)
    expect((await store.get(one.id))?.data).toEqual({ user: ada })
    await store.revokeUser(ada)
    expect(await store.get(one.id)).toBeUndefined()
    expect((await store.get(two.id))?.data).toEqual({ user: bob })
  })

  test('are not good again because the key of a user who revoked was lost', async () => {
    const before = new SessionStore<Data>({ client, deadline: 30_000 })
    const ada = newId()
    const { id } = await login(before, ada)
    const store = open()
    expect((await store.get(id))?.data).toEqual({ user: ada })
    await store.revokeUser(ada)
    await client.del(`sess:user:${hash('sha256', ada)}`)
    expect(await store.get(id)).toBeUndefined()
    await login(store, ada)
    expect(await store.get(id)).toBeUndefined()
  })

  test('are tracked from their next touch on', async () => {
    const before = new SessionStore<Data>({ client, deadline: 30_000 })
    const ada = newId()
    const { id } = await login(before, ada)
    const store = open({ touchAfter: 0 })
    const loaded = await store.get(id)
    await store.touch(id, { user: ada }, { from: loaded?.handle })
    expect(await store.listUserSessions(ada)).toHaveLength(1)
    await store.revokeUser(ada)
    expect(await store.get(id)).toBeUndefined()
  })

  test('are not taken over by a request that was under way when their user revoked', async () => {
    const before = new SessionStore<Data>({ client, deadline: 30_000 })
    const ada = newId()
    const { id } = await login(before, ada)
    const store = open()
    const slow = await store.get(id)
    await store.revokeUser(ada)
    const saved = await store.set(id, { user: ada, n: 1 }, { from: slow?.handle })
    expect(saved.outcome).toBe('gone')
    expect(await store.get(id)).toBeUndefined()
  })
})

describe('the list', () => {
  test('shows the sessions of the user, the oldest login first, without their ids', async () => {
    const store = open()
    const ada = newId()
    const first = newId()
    const { handle } = await store.set(first, { user: ada, n: 1 })
    const second = newId()
    await store.set(second, { user: ada, n: 2 })
    await login(store, newId())
    const list = await store.listUserSessions(ada)
    expect(list.map(({ data }) => data.n)).toEqual([1, 2])
    expect(list[0]).toMatchObject({ ref: handle?.ref, createdAt: expect.any(Number) })
    expect(JSON.stringify(list)).not.toContain(first)
  })

  test('leaves out what has ended', async () => {
    const store = open()
    const ada = newId()
    const { id } = await login(store, ada)
    const kept = await login(store, ada)
    await store.destroy(id)
    expect((await store.listUserSessions(ada)).map(({ ref }) => ref)).toEqual([kept.handle?.ref])
    await store.revokeUser(ada)
    expect(await store.listUserSessions(ada)).toEqual([])
  })

  test('ends one of the user’s sessions, and none of anybody else', async () => {
    const store = open()
    const [ada, bob] = [newId(), newId()]
    const [one, two, foreign] = [
      await login(store, ada),
      await login(store, ada),
      await login(store, bob),
    ]
    expect(await store.endUserSession(ada, one.handle!.ref)).toEqual({ outcome: 'destroyed' })
    expect(await store.endUserSession(ada, foreign.handle!.ref)).toEqual({ outcome: 'absent' })
    expect(await store.endUserSession(ada, 'epoch')).toEqual({ outcome: 'absent' })
    expect(await store.get(one.id)).toBeUndefined()
    expect(await store.get(two.id)).toBeDefined()
    expect(await store.get(foreign.id)).toBeDefined()
  })

  test('without the option userId there is none', async () => {
    const store = new SessionStore<Data>({ client })
    await expect(store.listUserSessions('ada')).rejects.toThrow(SessionOptionError)
    await expect(store.revokeUser('ada')).rejects.toThrow(SessionOptionError)
  })
})

describe('maxSessionsPerUser', () => {
  test('the oldest go', async () => {
    const store = open({ maxSessionsPerUser: 3 })
    const ada = newId()
    const logins = []
    for (let i = 0; i < 5; i++) logins.push(await login(store, ada))
    const alive = await Promise.all(logins.map(({ id }) => store.get(id)))
    expect(alive.map((one) => one !== undefined)).toEqual([false, false, true, true, true])
    expect(store.counters.evicted).toBe(2)
  })

  test('sessions that have ended do not count', async () => {
    const store = open({ maxSessionsPerUser: 2 })
    const ada = newId()
    const first = await login(store, ada)
    for (let i = 0; i < 4; i++) await store.destroy((await login(store, ada)).id)
    await login(store, ada)
    expect(await store.get(first.id)).toBeDefined()
  })

  test.each([1, 2])('of logins at the same time, exactly %d stay', async (limit) => {
    const store = open({ maxSessionsPerUser: limit })
    for (let i = 0; i < 20; i++) {
      const ada = newId()
      await Promise.all(Array.from({ length: 6 }, () => login(store, ada)))
      expect(await store.listUserSessions(ada)).toHaveLength(limit)
    }
  })

  test('a login whose session is written late ends as the older one', async () => {
    const ada = newId()
    const held = holdSaves(servers.disredis())
    const slow = login(open({ maxSessionsPerUser: 1, client: held.client }), ada)
    await held.arrived
    const quick = await login(open({ maxSessionsPerUser: 1 }), ada)
    held.letGo()
    const { id } = await slow
    expect(await open().get(id)).toBeUndefined()
    expect(await open().get(quick.id)).toBeDefined()
  })

  test('who logs in again in the same session is the newest', async () => {
    const ada = newId()
    const store = open()
    const [first, second] = [await login(store, ada), await login(store, ada)]
    const limited = open({ maxSessionsPerUser: 1 })
    const options = { from: first.handle, isLogin: true }
    expect((await limited.set(first.id, { user: ada, n: 1 }, options)).outcome).toBe('updated')
    expect((await store.get(first.id))?.data.n).toBe(1)
    expect(await store.get(second.id)).toBeUndefined()
  })
})

test('an option userId that throws is an error of its own', async () => {
  const store = open({
    userId: () => {
      throw new Error('no user')
    },
  })
  await expect(store.set(newId(), {})).rejects.toMatchObject({
    code: 'DISREDIS_SESSION_INVALID',
    cause: { message: 'no user' },
  })
  const id = newId()
  await open().set(id, { n: 1 })
  await expect(store.get(id)).rejects.toMatchObject({ code: 'DISREDIS_SESSION_INVALID' })
})

test('a known session and its user’s epoch are asked for at the same time', async () => {
  const counted = countCommands(servers.ioredis())
  const store = new SessionStore<Data>({
    client: counted.client,
    userId: ({ user }) => user,
    deadline: 30_000,
  })
  const { id } = await login(store, newId())
  counted.sent.length = 0
  const loading = store.get(id)
  expect(counted.sent).toEqual(['zscore', 'hmget'])
  expect(await loading).toBeDefined()
  expect(counted.sent).toHaveLength(2)
})

/** A client that holds back the script that writes a session, until it is let go. */
function holdSaves(client: SessionRedis) {
  let arrive = () => {}
  let letGo = () => {}
  const arrived = new Promise<void>((resolve) => {
    arrive = resolve
  })
  const released = new Promise<void>((resolve) => {
    letGo = resolve
  })
  const held = new Proxy(client, {
    get(target, name) {
      if (name === 'with') return undefined
      const value: unknown = Reflect.get(target, name)
      if (typeof value !== 'function') return value
      return async (...args: unknown[]) => {
        if (name === 'evalsha' && !String(args[2]).includes('user:')) {
          arrive()
          await released
        }
        return Reflect.apply(value, target, args)
      }
    },
  })
  return { client: held, arrived, letGo }
}

async function userKeys(): Promise<{ redis: Redis; key: string }[]> {
  const found = await Promise.all(
    servers.fleet.masters.map(async (name) => {
      const redis = servers.ioredis(name)
      return (await redis.keys('sess:user:*')).map((key) => ({ redis, key }))
    }),
  )
  return found.flat()
}
