import type { Disredis } from '@disredis/client'
import { beforeAll, expect, test } from 'vitest'
import { SessionPartialError, SessionStore, type SessionStoreOptions } from '../src/index.js'
import { countCommands } from './support/count-commands.js'
import { type Servers, startServers } from './support/servers.js'
import { newId } from './support/session-ids.js'

interface Data {
  n?: number
  user?: string
}

let servers: Servers
let client: Disredis
beforeAll(async () => {
  servers = await startServers({ masters: 3 })
  client = servers.disredis()
  return () => servers[Symbol.asyncDispose]()
})

const open = (options: Partial<SessionStoreOptions<Data>> = {}) =>
  new SessionStore<Data>({
    client,
    prefix: `${newId()}:`,
    deadline: 30_000,
    userId: ({ user }) => user,
    ...options,
  } as SessionStoreOptions<Data>)

async function fill(store: SessionStore<Data>, count: number): Promise<string[]> {
  const ids = Array.from({ length: count }, newId)
  await Promise.all(ids.map((id, n) => store.set(id, { n })))
  return ids
}

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const item of items) all.push(item)
  return all
}

test('all sessions of all shards are seen, and nothing else', async () => {
  const store = open()
  const ids = await fill(store, 60)
  await store.set(newId(), { user: 'ada', n: 60 })
  await store.set(newId(), { user: 'bob', n: 61 })
  await store.revokeUser('bob')
  await store.destroy(ids[0]!)
  const seen = (await collect(store.sessions())).map(({ data }) => data.n)
  expect(seen.sort((a, b) => a! - b!)).toEqual(Array.from({ length: 60 }, (_, i) => i + 1))
  // What is revoked is still stored until it is loaded no more.
  expect(await store.count()).toBe(61)
})

test('one page is held at a time: who stops early has asked for no more', async () => {
  const counted = countCommands(servers.ioredis('shard-1'))
  const store = open({ client: counted.client })
  await fill(store, 3_000)
  const pages = async (wanted: number) => {
    counted.sent.length = 0
    let seen = 0
    for await (const _session of store.sessions()) if (++seen === wanted) break
    const asked = (name: string) => counted.sent.filter((sent) => sent === name).length
    return { seen, scans: asked('scan'), loads: asked('hmget') }
  }
  const all = await pages(Infinity)
  expect(all.seen).toBeGreaterThanOrEqual(3_000)
  const few = await pages(10)
  expect(few.seen).toBe(10)
  // A page or two, as keys of other tests come between.
  expect(few.scans).toBeLessThanOrEqual(Math.ceil(all.scans / 2))
  expect(few.loads).toBeLessThan(1_000)
})

test('a session is seen with its cookie and its times, but without its id', async () => {
  const store = open()
  const id = newId()
  await store.set(id, { n: 1, cookie: { originalMaxAge: 60_000, path: '/shop' } as object })
  const [seen] = await collect(store.sessions())
  expect(seen).toMatchObject({ data: { n: 1 }, cookie: { originalMaxAge: 60_000, path: '/shop' } })
  expect(Math.abs((seen?.createdAt ?? 0) - Date.now())).toBeLessThan(60_000)
  expect(JSON.stringify(seen)).not.toContain(id)
})

test('a prefix with characters of patterns means itself', async () => {
  const mark = newId()
  const [star, other] = [open({ prefix: `${mark}[a-z]*?\\:` }), open({ prefix: `${mark}axyz:` })]
  await fill(star, 5)
  await fill(other, 7)
  expect(await star.count()).toBe(5)
  expect(await collect(star.sessions())).toHaveLength(5)
  expect((await star.clear()).removed).toBe(5)
  expect([await star.count(), await other.count()]).toEqual([0, 7])
})

test('clear removes sessions and tombstones on all shards, and leaves everything else', async () => {
  const prefix = `${newId()}:`
  const store = open({ prefix })
  const ids = await fill(store, 1_200)
  await store.destroy(ids[0]!)
  await store.set(newId(), { user: 'ada' })
  await client.set(`${prefix}something else`, 'kept')
  expect(await store.clear()).toEqual({ removed: 1_201, failures: [] })
  expect(await store.count()).toBe(0)
  expect(await client.get(`${prefix}something else`)).toBe('kept')
})

test('a client with a keyPrefix of its own', async () => {
  const redis = servers.ioredis('shard-1').duplicate({ keyPrefix: 'app*:' })
  try {
    const store = open({ client: redis })
    await fill(store, 5)
    expect(await store.count()).toBe(5)
    expect((await collect(store.sessions())).map(({ data }) => data.n).sort()).toEqual([
      0, 1, 2, 3, 4,
    ])
    expect((await store.clear()).removed).toBe(5)
  } finally {
    redis.disconnect()
  }
})

test('a master that does not answer is reported; the others are done', async () => {
  const prefix = `${newId()}:`
  const patient = open({ prefix })
  await fill(patient, 60)
  const store = open({ prefix, deadline: 400 })
  const frozen = servers.fleet.master('shard-2')
  const onFrozen = await keysOn('shard-2', prefix)
  await frozen.pause()
  try {
    const seen: unknown[] = []
    const error: unknown = await (async () => {
      for await (const session of store.sessions()) seen.push(session)
    })().catch((reason) => reason)
    expect(error).toBeInstanceOf(SessionPartialError)
    expect((error as SessionPartialError).failures.map(({ shard }) => shard)).toEqual(['shard-2'])
    expect(seen).toHaveLength(60 - onFrozen)
    await expect(store.count()).rejects.toThrow(SessionPartialError)
    const cleared = await store.clear()
    expect(cleared.removed).toBe(60 - onFrozen)
    expect(cleared.failures).toMatchObject([
      { shard: 'shard-2', error: { code: 'DISREDIS_SESSION_UNAVAILABLE' } },
    ])
  } finally {
    await frozen.resume()
  }
  expect((await patient.clear()).removed).toBe(onFrozen)
})

async function keysOn(shard: string, prefix: string): Promise<number> {
  return (await servers.ioredis(shard).keys(`${prefix}*`)).length
}
