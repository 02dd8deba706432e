import { beforeAll, expect, test } from 'vitest'
import { SessionLockError, SessionOptionError, SessionStore } from '../src/index.js'
import { type Servers, startServers } from './support/servers.js'
import { newId } from './support/session-ids.js'

let servers: Servers
let store: SessionStore
beforeAll(async () => {
  servers = await startServers()
  store = new SessionStore({ client: servers.ioredis(), deadline: 30_000 })
  return () => servers[Symbol.asyncDispose]()
})

async function newSession() {
  const id = newId()
  await store.set(id, { n: 0 })
  return id
}

test('of those who lock, one at a time is inside', async () => {
  const id = await newSession()
  await Promise.all(
    Array.from({ length: 10 }, async () => {
      await using lock = await store.lock(id, { wait: 60_000, life: 60_000 })
      const loaded = await store.get(id)
      const n = Number(loaded?.data.n) + 1
      const saved = await store.set(id, { n }, { from: loaded?.handle, lock })
      expect(saved.outcome).toBe('updated')
    }),
  )
  expect((await store.get(id))?.data).toEqual({ n: 10 })
  expect(store.counters.conflicts).toBe(0)
})

test('a holder that was too slow writes nothing', async () => {
  const id = await newSession()
  const loaded = await store.get(id)
  const slow = await store.lock(id, { life: 1 })
  const quick = await store.lock(id, { wait: 30_000, life: 60_000 })
  await expect(store.set(id, { n: 'slow' }, { from: loaded?.handle, lock: slow })).rejects.toThrow(
    SessionLockError,
  )
  await slow.release()
  await store.set(id, { n: 'quick' }, { from: loaded?.handle, lock: quick })
  expect((await store.get(id))?.data).toEqual({ n: 'quick' })
})

test('a lock that has run out protects nothing, even if nobody took it', async () => {
  const id = await newSession()
  const lock = await store.lock(id, { life: 1 })
  await expect
    .poll(() => store.set(id, { n: 1 }, { lock }).catch((error) => error))
    .toBeInstanceOf(SessionLockError)
})

test('who waits long enough without getting it is told', async () => {
  const id = await newSession()
  await using _held = await store.lock(id, { life: 60_000 })
  await expect(store.lock(id, { wait: 20 })).rejects.toMatchObject({
    code: 'DISREDIS_SESSION_LOCK',
    retryable: true,
  })
})

test('requests that do not lock are not held up', async () => {
  const id = await newSession()
  await using _held = await store.lock(id, { life: 60_000 })
  expect((await store.get(id))?.data).toEqual({ n: 0 })
  expect((await store.set(id, { n: 5 })).outcome).toBe('merged')
})

test('there is no lock without a session', async () => {
  await expect(store.lock(newId())).rejects.toThrow('There is no session to lock')
  const id = await newSession()
  await store.destroy(id)
  await expect(store.lock(id)).rejects.toThrow('There is no session to lock')
})

test.each([{ life: 0 }, { life: 1.5 }, { wait: Number.NaN }, { wait: -1 }])(
  '%j is refused',
  async (options) => {
    await expect(store.lock(await newSession(), options)).rejects.toThrow(SessionOptionError)
  },
)
