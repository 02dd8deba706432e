import { beforeAll, expect, test } from 'vitest'
import { SessionInvalidError, type SessionPolicy, SessionStore } from '../src/index.js'
import { type Servers, startServers } from './support/servers.js'
import { newId } from './support/session-ids.js'

let servers: Servers
beforeAll(async () => {
  servers = await startServers()
  return () => servers[Symbol.asyncDispose]()
})

async function life(
  options: Partial<SessionPolicy<Record<string, unknown>>>,
  cookie?: { originalMaxAge?: number | null; expires?: Date },
): Promise<number> {
  const client = servers.ioredis()
  const prefix = `${newId()}:`
  const store = new SessionStore({ client, prefix, deadline: 30_000, ...options })
  await store.set(newId(), { n: 1, ...(cookie && { cookie }) })
  const [key = ''] = await client.keys(`${prefix}*`)
  return client.pttl(key)
}

const around = (ms: number) => expect.toSatisfy((ttl: number) => ttl > ms - 5_000 && ttl <= ms)

test('a session lives as long as its cookie, at most idleTimeout, at most absoluteTimeout', async () => {
  expect(await life({}, { originalMaxAge: 60_000 })).toEqual(around(60_000))
  expect(await life({}, { expires: new Date(Date.now() + 60_000) })).toEqual(around(60_000))
  expect(await life({})).toEqual(around(86_400_000))
  expect(await life({ idleTimeout: 30_000 }, { originalMaxAge: 60_000 })).toEqual(around(30_000))
  expect(await life({ idleTimeout: 90_000 }, { originalMaxAge: 60_000 })).toEqual(around(60_000))
  expect(await life({ absoluteTimeout: 20_000 }, { originalMaxAge: 60_000 })).toEqual(
    around(20_000),
  )
  expect(await life({}, { originalMaxAge: 10 ** 15 })).toEqual(around(400 * 86_400_000))
})

test('a maxAge of 5 ms is a session of 5 ms', async () => {
  const store = new SessionStore({ client: servers.ioredis(), deadline: 30_000 })
  const id = newId()
  const saved = await store.set(id, { n: 1, cookie: { originalMaxAge: 5 } })
  expect(saved.outcome).toBe('created')
  await expect.poll(() => store.get(id)).toBeUndefined()
})

test('use prolongs a session up to its absolute time and never beyond', async () => {
  const client = servers.ioredis()
  const store = new SessionStore({
    client,
    absoluteTimeout: 400,
    idleTimeout: 300,
    touchAfter: 0,
    deadline: 30_000,
  })
  const id = newId()
  const begin = performance.now()
  let { handle } = await store.set(id, { n: 0 })
  let outcome: string
  do {
    const next = await store.touch(id, {}, { from: handle })
    ;({ outcome } = next)
    handle = next.handle ?? handle
  } while (outcome === 'touched')
  expect(['gone', 'expired']).toContain(outcome)
  expect(performance.now() - begin).toBeGreaterThanOrEqual(395)
  expect(await store.get(id)).toBeUndefined()
})

test('a shorter absoluteTimeout applies to sessions that are there already', async () => {
  const client = servers.ioredis()
  const id = newId()
  const long = new SessionStore({ client, deadline: 30_000 })
  const created = await long.set(id, { n: 1 })
  const short = new SessionStore({ client, absoluteTimeout: 1, deadline: 30_000 })
  await expect.poll(() => short.get(id)).toBeUndefined()
  const saved = await short.set(id, { n: 2 }, { from: created.handle })
  expect(saved).toEqual({ outcome: 'expired', handle: undefined })
  expect(await long.get(id)).toBeUndefined()
})

test('saving with a cookie whose time is over destroys the session', async () => {
  const store = new SessionStore({ client: servers.ioredis(), deadline: 30_000 })
  for (const cookie of [{ originalMaxAge: 0 }, { originalMaxAge: -5 }, { expires: new Date(0) }]) {
    const id = newId()
    const { handle } = await store.set(id, { n: 1 })
    expect((await store.set(id, { n: 1, cookie }, { from: handle })).outcome).toBe('expired')
    expect(await store.get(id)).toBeUndefined()
  }
})

test('an invalid expiry is refused, and the session stays as it was', async () => {
  const store = new SessionStore({ client: servers.ioredis(), deadline: 30_000 })
  const id = newId()
  const { handle } = await store.set(id, { n: 1 })
  for (const cookie of [{ originalMaxAge: Number.NaN }, { expires: new Date(Number.NaN) }]) {
    await expect(store.set(id, { n: 2, cookie }, { from: handle })).rejects.toThrow(
      SessionInvalidError,
    )
    await expect(store.touch(id, { cookie }, { from: handle })).rejects.toThrow(SessionInvalidError)
  }
  expect((await store.get(id))?.data).toEqual({ n: 1 })
})
