import { hash } from 'node:crypto'
import type { Disredis } from '@disredis/client'
import { beforeAll, expect, test } from 'vitest'
import { type SessionPolicy, SessionStore } from '../src/index.js'
import { type Servers, startServers } from './support/servers.js'
import { newId } from './support/session-ids.js'

let servers: Servers
let client: Disredis
beforeAll(async () => {
  servers = await startServers({ masters: 1 })
  client = servers.disredis()
  return () => servers[Symbol.asyncDispose]()
})

type Data = { user?: string; n?: number }
const MANY = 20_000
const open = (options: Partial<SessionPolicy<Data>> = {}) =>
  new SessionStore<Data>({ client, userId: ({ user }) => user, ...options })

/** A user whose list has entries of sessions that ended long ago, and a few that live. */
async function userWithMany(store: SessionStore<Data>, ended: number, live: number) {
  const user = newId()
  const key = `sess:user:${hash('sha256', user)}`
  const old = Array.from({ length: ended }, (_, i) => [i + 1, hash('sha256', `${user}${i}`)])
  for (let i = 0; i < old.length; i += 5_000)
    await client.zadd(key, ...old.slice(i, i + 5_000).flat())
  for (let n = 0; n < live; n++) await store.set(newId(), { user, n })
  return { user, key }
}

test('a user’s list of very many is read in pages, each within the deadline', async () => {
  const store = open({ deadline: 2_000 })
  const { user } = await userWithMany(store, MANY, 3)
  const { value } = await store.userSessions(user).next()
  expect((value as { data: Data }).data.n).toBe(0)
  expect((await store.listUserSessions(user)).map(({ data }) => data.n)).toEqual([0, 1, 2])
  await store.close()
})

test('a login tidies a list of very many by a bounded step', async () => {
  const store = open()
  // The list is looked through each time that its length is a multiple of 64.
  const { user, key } = await userWithMany(store, 64 * 200 - 1, 0)
  await store.set(newId(), { user })
  await store.close()
  expect(await client.zcard(key)).toBe(64 * 200 - 128 + 1)
})

test('a limit that is new ends the oldest of very many step by step', async () => {
  const before = open()
  const { user, key } = await userWithMany(before, 0, 300)
  const store = open({ maxSessionsPerUser: 10 })
  await store.set(newId(), { user, n: 1_000 })
  expect(await client.zcard(key)).toBe(47)
  await store.set(newId(), { user, n: 1_001 })
  expect(await client.zcard(key)).toBe(10 + 1)
  const listed = (await store.listUserSessions(user)).map(({ data }) => data.n)
  expect(listed.slice(-2)).toEqual([1_000, 1_001])
})
