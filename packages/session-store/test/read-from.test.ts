import { expect, test } from 'vitest'
import { SessionStore } from '../src/index.js'
import { startServers } from './support/servers.js'
import { newId } from './support/session-ids.js'

test('sessions are read from the master, though the client reads from replicas', async () => {
  await using servers = await startServers({ replicas: 1 })
  const client = servers.disredis({ readFrom: 'replica', readYourWrites: 0 })
  await client.ready()
  const store = new SessionStore<{ user?: string }>({
    client,
    userId: ({ user }) => user,
    deadline: 30_000,
  })
  // A replica that is behind: it has got nothing of what follows.
  await servers.fleet.replicas()[0]!.pause()
  const id = newId()
  await store.set(id, { user: 'ada' })
  expect((await store.get(id))?.data).toEqual({ user: 'ada' })
  await store.revokeUser('ada')
  expect(await store.get(id)).toBeUndefined()
})
