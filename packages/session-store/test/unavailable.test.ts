import { createHash } from 'node:crypto'
import type { Disredis } from '@disredis/client'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import {
  type SessionPolicy,
  SessionStore,
  SessionStoreClosedError,
  SessionUnavailableError,
} from '../src/index.js'
import { type Servers, startServers } from './support/servers.js'
import { newId } from './support/session-ids.js'

interface Data {
  user?: string
  n?: number
}

const DEADLINE = 300

let servers: Servers
let client: Disredis
beforeAll(async () => {
  servers = await startServers({ masters: 2 })
  client = servers.disredis()
  await client.ready()
  return () => servers[Symbol.asyncDispose]()
})
// A deadline this short can pass on a busy machine even with the servers well: warm up first.
beforeEach(async () => {
  await expect.poll(() => client.ready().then(() => true)).toBe(true)
})

const open = (options: Partial<SessionPolicy<Data>> = {}) =>
  new SessionStore<Data>({ client, userId: ({ user }) => user, deadline: 30_000, ...options })

/** The same sessions with a short deadline. */
const impatient = (options: Partial<SessionPolicy<Data>> = {}) =>
  open({ deadline: DEADLINE, ...options })

const sha = (text: string) => createHash('sha256').update(text).digest('hex')
const shardOf = (id: string) => client.explain(`sess:${sha(id)}`).shard
const userShardOf = (user: string) => client.explain(`sess:user:${sha(user)}`).shard
/** Where it is kept once more that the user has revoked. */
const witnessShardOf = (user: string) => client.explain(`sess:revoked:${sha(user)}`).shard

/** An id of the shard. */
function idOn(shard: string): string {
  for (;;) {
    const id = newId()
    if (shardOf(id) === shard) return id
  }
}

/** A revocation of the user is written to two keys: both have to be where the test wants them. */
function userOn(shard: string, witnessShard: string): string {
  for (;;) {
    const user = newId()
    if (userShardOf(user) === shard && witnessShardOf(user) === witnessShard) return user
  }
}

/** Runs with the shard's master stopped, its connections open: the worst way to be down. */
async function withFrozen(shard: string, work: () => Promise<void>): Promise<void> {
  const master = servers.fleet.master(shard)
  await master.pause()
  try {
    await work()
  } finally {
    await master.resume()
    await client.shard(shard).ping()
  }
}

test('every operation rejects at its deadline, and none says that there is no session', async () => {
  const store = open()
  const id = idOn('shard-1')
  const { handle } = await store.set(id, { n: 1 })
  const hasty = impatient()
  await withFrozen('shard-1', async () => {
    for (const operation of [
      () => hasty.get(id),
      () => hasty.set(id, { n: 2 }, { from: handle }),
      () => hasty.touch(id, { cookie: { originalMaxAge: 5_000 } }, { from: handle }),
      () => hasty.destroy(id),
    ]) {
      const begin = performance.now()
      await expect(operation()).rejects.toThrow(SessionUnavailableError)
      expect(performance.now() - begin).toBeGreaterThanOrEqual(DEADLINE - 20)
    }
    // The other shard serves.
    const other = idOn('shard-2')
    expect((await open().set(other, { n: 1 })).outcome).toBe('created')
  })
})

describe("onUnavailable: 'anonymous'", () => {
  test('gives an empty session that is never written', async () => {
    const id = idOn('shard-1')
    const { handle } = await open().set(id, { n: 1 })
    const store = impatient({ onUnavailable: 'anonymous' })
    let stand: Awaited<ReturnType<typeof store.get>>
    await withFrozen('shard-1', async () => {
      stand = await store.get(id)
    })
    expect(stand?.data).toEqual({})
    expect(stand?.handle).toMatchObject({ source: 'anonymous', ref: handle?.ref })
    const later = open()
    expect((await later.set(id, { n: 9 }, { from: stand?.handle })).outcome).toBe('skipped')
    expect((await later.touch(id, {}, { from: stand?.handle })).outcome).toBe('skipped')
    expect((await later.get(id))?.data).toEqual({ n: 1 })
    expect(store.counters.anonymous).toBe(1)
  })
})

describe('onUnavailable: { stale }', () => {
  test('serves what this process saw lately, and what it wrote', async () => {
    const id = idOn('shard-1')
    const store = open({ onUnavailable: { stale: 600_000 }, deadline: 1_500 })
    await store.set(id, { n: 1 })
    const loaded = await store.get(id)
    await store.set(id, { n: 2 }, { from: loaded?.handle })
    await withFrozen('shard-1', async () => {
      const stale = await store.get(id)
      expect(stale?.data).toEqual({ n: 2 })
      expect(stale?.handle.source).toBe('stale')
      await expect(store.get(idOn('shard-1'))).rejects.toThrow(SessionUnavailableError)
    })
    expect(store.counters.stale).toBe(1)
  })

  test('not longer than that', async () => {
    const id = idOn('shard-1')
    const store = open({ onUnavailable: { stale: 1 }, deadline: 1_500 })
    await store.set(id, { n: 1 })
    await store.get(id)
    await withFrozen('shard-1', async () => {
      await expect(store.get(id)).rejects.toThrow(SessionUnavailableError)
    })
  })

  test('not what was destroyed', async () => {
    const id = idOn('shard-1')
    const store = open({ onUnavailable: { stale: 600_000 }, deadline: 1_500 })
    await store.set(id, { n: 1 })
    await store.get(id)
    await store.destroy(id)
    await withFrozen('shard-1', async () => {
      await expect(store.get(id)).rejects.toThrow(SessionUnavailableError)
    })
  })

  test('a user’s session only while the user’s shard answers, and only if not revoked', async () => {
    const store = open({ onUnavailable: { stale: 600_000 }, deadline: 1_500 })
    const user = userOn('shard-2', 'shard-2')
    const id = idOn('shard-1')
    await store.set(id, { user })
    await withFrozen('shard-1', async () => {
      expect((await store.get(id))?.data).toEqual({ user })
      await store.revokeUser(user)
      expect(await store.get(id)).toBeUndefined()
    })
  })

  test('a revocation that could be written in part only is an error, and holds', async () => {
    const store = open({ onUnavailable: { stale: 600_000 }, deadline: 1_500 })
    const user = userOn('shard-2', 'shard-1')
    const id = idOn('shard-1')
    await store.set(id, { user })
    await withFrozen('shard-1', async () => {
      await expect(store.revokeUser(user)).rejects.toThrow(SessionUnavailableError)
      expect(await store.get(id)).toBeUndefined()
    })
    expect(await store.get(id)).toBeUndefined()
  })

  test('revocation fails closed: no epoch, no session', async () => {
    const store = open({ onUnavailable: { stale: 600_000 }, deadline: 1_500 })
    const user = userOn('shard-2', 'shard-2')
    const id = idOn('shard-1')
    await store.set(id, { user })
    expect(await store.get(id)).toBeDefined()
    await withFrozen('shard-2', async () => {
      await expect(store.get(id)).rejects.toThrow(SessionUnavailableError)
      // Nor on the first sight of it, in another process.
      await expect(impatient().get(id)).rejects.toThrow(SessionUnavailableError)
    })
    expect((await store.get(id))?.data).toEqual({ user })
  })
})

test('a refusal by Redis is an error, whose cause names it and holds no data', async () => {
  const redis = servers.ioredis('shard-1')
  const admin = servers.ioredis('shard-1')
  await redis.ping()
  await admin.acl('SETUSER', 'nobody', 'on', 'nopass', '~*', '+@all', '-hmget', '-evalsha', '-eval')
  await redis.auth('nobody', 'x')
  const store = new SessionStore({ client: redis, deadline: 1_500 })
  for (const operation of [
    () => store.get(newId()),
    () => store.set(newId(), { secret: 'hunter2' }),
  ]) {
    const error: unknown = await operation().catch((reason) => reason)
    expect(error).toBeInstanceOf(SessionUnavailableError)
    expect(error).toMatchObject({ cause: { message: expect.stringContaining('NOPERM') } })
    expect((error as Error).cause).not.toHaveProperty('command')
  }
})

test('after close every operation rejects, and close can be called again', async () => {
  const store = open()
  await store.close()
  await store.close()
  for (const operation of [
    () => store.get(newId()),
    () => store.set(newId(), {}),
    () => store.touch(newId(), {}),
    () => store.destroy(newId()),
    () => store.revokeUser('ada'),
    () => store.count(),
    () => store.clear(),
    () => store.lock(newId()),
    () => store.sessions().next(),
  ]) {
    await expect(operation()).rejects.toThrow(SessionStoreClosedError)
  }
  expect(await client.shard('shard-1').ping()).toBe('PONG')
})

test('a store that was given Sentinels closes the client that it opened', async () => {
  const store = new SessionStore<Data>({ sentinels: servers.fleet.sentinels, deadline: 30_000 })
  const id = newId()
  await store.set(id, { n: 1 })
  expect((await open().get(id))?.data).toEqual({ n: 1 })
  await store.close()
})
