import { Redis } from 'ioredis'
import { expect, test } from 'vitest'
import { SessionOptionError, SessionStore } from '../src/index.js'
import { startServers } from './support/servers.js'
import { newId } from './support/session-ids.js'

interface Data {
  user?: string
  n?: number
}

const userId = ({ user }: Data) => user
const patient = { timeout: 20_000, interval: 2 }

test('an unchanged session is loaded without a request, and others end it within the bound', async () => {
  await using servers = await startServers({ masters: 2, replicas: 0 })
  const { sentinels } = servers.fleet
  await using here = new SessionStore<Data>({ sentinels, userId, nearCache: { maxAge: 60_000 } })
  await using elsewhere = new SessionStore<Data>({ sentinels, userId })
  const reads = async () => {
    const stats = await Promise.all(
      servers.fleet.masters.map((name) =>
        servers.fleet.master(name).command('INFO', 'commandstats'),
      ),
    )
    return stats
      .flatMap((it) => [...String(it).matchAll(/^cmdstat_(?:hmget|zscore):calls=(\d+)/gm)])
      .reduce((sum, [, calls]) => sum + Number(calls), 0)
  }

  const id = newId()
  await elsewhere.set(id, { user: 'ada', n: 1 })
  expect((await here.get(id))?.data).toEqual({ user: 'ada', n: 1 })
  // A master that gets no time looks silent, and what is kept of it is dropped.
  await expect
    .poll(async () => {
      const before = await reads()
      for (let i = 0; i < 20; i++) expect((await here.get(id))?.data.n).toBe(1)
      return (await reads()) - before
    }, patient)
    .toBe(0)

  const before = await reads()
  expect((await here.get(id, { fresh: true }))?.data.n).toBe(1)
  expect(await reads()).toBeGreaterThan(before)

  // Changed elsewhere, changed here.
  const there = await elsewhere.get(id)
  await elsewhere.set(id, { user: 'ada', n: 2 }, { from: there?.handle })
  await expect.poll(async () => (await here.get(id))?.data.n, patient).toBe(2)
  for (let n = 3; n < 50; n++) {
    const loaded = await here.get(id)
    await here.set(id, { user: 'ada', n }, { from: loaded?.handle })
    expect((await here.get(id))?.data.n).toBe(n)
  }

  // Revoked elsewhere: the session itself was not touched.
  await elsewhere.revokeUser('ada')
  expect(await here.get(id, { fresh: true })).toBeUndefined()
  await expect.poll(() => here.get(id), patient).toBeUndefined()

  const [second, third] = [newId(), newId()]
  await here.set(second, { user: 'bob' })
  await here.set(third, { user: 'bob' })
  await Promise.all([here.get(second), here.get(third)])
  await elsewhere.destroy(second)
  await expect.poll(() => here.get(second), patient).toBeUndefined()
  // What ends it here ends it at once.
  await here.revokeUser('bob')
  expect(await here.get(third)).toBeUndefined()
})

test('a session that runs out is not loaded for longer than the server keeps it', async () => {
  await using servers = await startServers({ masters: 1, replicas: 0 })
  const { sentinels } = servers.fleet
  await using store = new SessionStore<Data>({
    sentinels,
    idleTimeout: 300,
    touchAfter: 0,
    nearCache: { maxAge: 60_000 },
  })
  const id = newId()
  await store.set(id, { n: 1 })
  expect((await store.get(id))?.data).toEqual({ n: 1 })
  await expect.poll(() => store.get(id), patient).toBeUndefined()
})

test('it takes a Disredis client with a cache, and says so', async () => {
  await using servers = await startServers({ masters: 1, replicas: 0 })
  const { sentinels } = servers.fleet
  const { host, port } = servers.fleet.master().address
  const plain = new Redis({ host, port, protocol: 2, lazyConnect: true })
  const make = (options: object) => () => new SessionStore({ nearCache: {}, ...options } as never)
  expect(make({ client: plain })).toThrow(SessionOptionError)
  expect(make({ client: servers.disredis() })).toThrow(
    /nearCache needs a Disredis client .* option cache/,
  )
  expect(make({ sentinels, nearCache: { maxAge: 0 } })).toThrow(/^Option nearCache.maxAge/)
  await using store = new SessionStore<Data>({
    client: servers.disredis({ cache: {} }),
    nearCache: {},
  })
  const id = newId()
  await store.set(id, { n: 1 })
  expect((await store.get(id))?.data).toEqual({ n: 1 })
})
