import { startFleet } from '@disredis/fleet'
import { Redis } from 'ioredis'
import { expect, test } from 'vitest'
import { SessionStore } from '../src/index.js'

const ID = 'abcdefghijklmnopqrstuvwxyz012345'

test('a session is created, loaded, merged, destroyed', async () => {
  await using fleet = await startFleet({ masters: 1, replicas: 0, sentinels: 1 })
  const { host, port } = fleet.master().address
  const client = new Redis({ host, port })
  try {
    const store = new SessionStore<{ n?: number; a?: string; user?: string }>({
      client,
      userId: (s) => s.user,
    })
    expect(await store.get(ID)).toBeUndefined()
    const created = await store.set(ID, { n: 1, cookie: { originalMaxAge: 60_000 } })
    expect(created.outcome).toBe('created')
    const one = await store.get(ID)
    const two = await store.get(ID)
    expect(one?.data).toEqual({ n: 1 })
    expect((await store.set(ID, { n: 2 }, { from: one!.handle })).outcome).toBe('updated')
    expect((await store.set(ID, { n: 1, a: 'x' }, { from: two!.handle })).outcome).toBe('merged')
    const three = await store.get(ID)
    expect(three?.data).toEqual({ n: 2, a: 'x' })
    expect(
      (await store.set(ID, { n: 2, a: 'x', user: 'u' }, { from: three!.handle })).outcome,
    ).toBe('updated')
    expect((await store.get(ID))?.data.user).toBe('u')
    await store.revokeUser('u')
    expect(await store.get(ID)).toBeUndefined()
    expect(await store.destroy(ID)).toEqual({ outcome: 'destroyed' })
    expect((await store.set(ID, { n: 2 }, { from: three!.handle })).outcome).toBe('gone')
    console.log(store.counters)
  } finally {
    client.disconnect()
  }
})
