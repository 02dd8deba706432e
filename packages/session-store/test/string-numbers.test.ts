import { Redis } from 'ioredis'
import { expect, test } from 'vitest'
import { SessionStore } from '../src/index.js'
import { startServers } from './support/servers.js'
import { newId } from './support/session-ids.js'

interface Data {
  user?: string
  n?: number
}

test('a client that gives numbers as text does as well', async () => {
  await using servers = await startServers()
  const admin = servers.ioredis()
  const client = new Redis({ ...servers.fleet.master().address, stringNumbers: true })
  try {
    const store = new SessionStore<Data>({
      client,
      userId: ({ user }) => user,
      maxSessionsPerUser: 2,
      connectRedis: { mode: 'replace' },
      touchAfter: 0,
      deadline: 30_000,
    })
    const ids = [newId(), newId(), newId()] as const
    for (const id of ids) {
      const { handle } = await store.set(id, { user: 'ada' })
      const loaded = await store.get(id)
      const touched = await store.touch(id, { user: 'ada' }, { from: loaded?.handle })
      expect(touched.outcome).toBe('touched')
      const saved = await store.set(id, { user: 'ada', n: 1 }, { from: handle })
      expect(saved.outcome).toBe('updated')
      expect(saved.handle?.snapshot).toMatchObject({
        version: expect.any(String),
        epoch: expect.any(Number),
        createdAt: expect.any(Number),
      })
    }
    expect(await store.listUserSessions('ada')).toHaveLength(2)

    const old = newId()
    await admin.set(`sess:${old}`, '{"cookie":{},"n":1}')
    const taken = await store.get(old)
    const moved = await store.set(old, { n: 2 }, { from: taken?.handle })
    expect(moved.outcome).toBe('updated')
    expect((await store.get(old))?.data).toEqual({ n: 2 })
    expect(await store.destroy(old)).toEqual({ outcome: 'destroyed' })

    const broken = newId()
    const { handle } = await store.set(broken, { n: 1 })
    await admin.hset(`sess:${handle?.ref}`, 'd', '{')
    expect(await store.get(broken)).toBeUndefined()
    expect(store.counters).toMatchObject({ migrated: 1, quarantined: 1, evicted: 1, untidied: 0 })

    const sharing = new SessionStore<Data>({
      client,
      connectRedis: { mode: 'share' },
      touchAfter: 0,
      deadline: 30_000,
    })
    const shared = newId()
    await sharing.set(shared, { n: 1 })
    expect((await sharing.touch(shared, {})).outcome).toBe('touched')
    expect(await sharing.destroy(shared)).toEqual({ outcome: 'destroyed' })
    const cleared = await store.clear()
    expect(cleared).toEqual({ removed: expect.any(Number), failures: [] })
  } finally {
    client.disconnect()
  }
})
