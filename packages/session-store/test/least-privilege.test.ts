import { readFileSync } from 'node:fs'
import { Disredis } from '@disredis/client'
import { Redis } from 'ioredis'
import { expect, test } from 'vitest'
import { SessionStore } from '../src/index.js'
import { startServers } from './support/servers.js'
import { newId } from './support/session-ids.js'

/** The users as the README has them. */
function documentedUser(name: string): string[] {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
  const line = readme.split('\n').find((text) => text.startsWith(`user ${name} `))
  return line?.replace('PASSWORD', 'secret').split(' ').slice(1) ?? []
}

test('the security page has the same users', () => {
  const page = readFileSync(new URL('../../../docs/session-security.md', import.meta.url), 'utf8')
  for (const name of ['sessions', 'sessions-admin']) {
    expect(page).toContain(`user ${documentedUser(name).join(' ').replace('secret', 'PASSWORD')}`)
  }
})

test.each(['ioredis', 'Disredis'])(
  'the documented users can do all that the store does: %s',
  async (kind) => {
    await using servers = await startServers({ replicas: 1 })
    const admin = servers.ioredis()
    for (const name of ['sessions', 'sessions-admin']) {
      await admin.acl('SETUSER', ...(documentedUser(name) as [string, string]))
    }
    const { address } = servers.fleet.master()
    const connect = (username: string) =>
      kind === 'Disredis'
        ? servers.disredis({ username, password: 'secret' })
        : new Redis({ ...address, username, password: 'secret', disableClientInfo: true })
    const [client, adminClient] = [connect('sessions'), connect('sessions-admin')]
    try {
      const store = new SessionStore<{ user?: string; n?: number }>({
        client,
        adminClient,
        userId: ({ user }) => user,
        maxSessionsPerUser: 1,
        touchAfter: 0,
        durability: { replicas: 1, timeout: 5_000 },
        connectRedis: { mode: 'replace' },
        deadline: 30_000,
      })
      const [one, two, old, broken] = [newId(), newId(), newId(), newId()]
      const { handle } = await store.set(one, { user: 'ada' })
      await store.touch(one, { user: 'ada', cookie: { originalMaxAge: 60_000 } }, { from: handle })
      const loaded = await store.get(one)
      await store.set(one, { user: 'ada', n: 1 }, { from: handle })
      await store.set(one, { user: 'ada', n: 2 }, { from: loaded?.handle })
      await (await store.lock(one)).release()
      await store.set(two, { user: 'ada' })
      expect(await store.listUserSessions('ada')).toHaveLength(1)
      await admin.set(`sess:${old}`, '{"cookie":{},"n":1}')
      const taken = await store.get(old)
      expect((await store.set(old, { n: 2 }, { from: taken?.handle })).outcome).toBe('updated')
      await store.set(broken, {})
      for (const key of await admin.keys('sess:*')) {
        if ((await admin.type(key)) === 'hash') await admin.hset(key, 'd', '{')
      }
      expect(await store.get(broken)).toBeUndefined()
      await store.revokeUser('ada')
      await store.destroy(two)
      await store.count()
      expect((await store.clear()).failures).toEqual([])
      expect(store.counters).toMatchObject({ untidied: 0, evicted: 1, migrated: 1, quarantined: 1 })
      // No command of the clients themselves was refused either.
      expect(await admin.acl('LOG')).toEqual([])
      for (const each of [client, adminClient]) {
        if (each instanceof Disredis) expect(each.health().placement.state).toBe('verified')
      }
    } finally {
      client.disconnect()
      adminClient.disconnect()
    }
  },
)

test('and no more', async () => {
  await using servers = await startServers()
  const admin = servers.ioredis()
  for (const name of ['sessions', 'sessions-admin']) {
    await admin.acl('SETUSER', ...(documentedUser(name) as [string, string]))
  }
  const { address } = servers.fleet.master()
  const connect = (username: string) =>
    new Redis({ ...address, username, password: 'secret', disableClientInfo: true })
  const [client, adminClient] = [connect('sessions'), connect('sessions-admin')]
  try {
    for (const forbidden of [
      () => client.get('another:key'),
      () => client.set('another:key', '1'),
      () => client.keys('*'),
      () => client.flushall(),
      () => client.config('GET', '*'),
      () => client.scan('0'),
      () => client.call('FUNCTION', 'FLUSH'),
      () => client.call('FUNCTION', 'DELETE', 'disredis_placement_default'),
      () => client.call('FCALL', 'disredis_placement_default', '0'),
      () => client.eval("return redis.call('GET', 'another:key')", 0),
    ]) {
      await expect(forbidden()).rejects.toThrow(/NOPERM|ACL failure|can't access/)
    }
    await expect(adminClient.get('another:key')).rejects.toThrow(/NOPERM/)
  } finally {
    client.disconnect()
    adminClient.disconnect()
  }
})
