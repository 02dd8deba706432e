import { beforeAll, describe, expect, test } from 'vitest'
import {
  type ConflictPolicy,
  SessionConflictError,
  type SessionRedis,
  SessionStore,
} from '../src/index.js'
import { type Servers, startServers } from './support/servers.js'
import { newId } from './support/session-ids.js'

interface Data {
  n?: number
  a?: string
  b?: string
}

let servers: Servers
beforeAll(async () => {
  servers = await startServers({ masters: 3 })
  return () => servers[Symbol.asyncDispose]()
})

describe.each<[string, () => SessionRedis]>([
  ['a plain ioredis', () => servers.ioredis()],
  ['a Disredis client over three shards', () => servers.disredis()],
])('with %s', (_, connect) => {
  let client: SessionRedis
  beforeAll(() => {
    client = connect()
  })
  const open = (conflict?: ConflictPolicy) =>
    new SessionStore<Data>({ client, deadline: 30_000, ...(conflict && { conflict }) })

  test('a session is created, loaded, updated and destroyed', async () => {
    const store = open()
    const id = newId()
    expect(await store.get(id)).toBeUndefined()
    const created = await store.set(id, { n: 1, cookie: { originalMaxAge: 60_000 } })
    expect(created.outcome).toBe('created')
    const loaded = await store.get(id)
    expect(loaded).toMatchObject({ data: { n: 1 }, cookie: { originalMaxAge: 60_000 } })
    expect(loaded?.handle.source).toBe('store')
    const updated = await store.set(id, { n: 2 }, { from: loaded?.handle })
    expect(updated.outcome).toBe('updated')
    expect((await store.get(id))?.data).toEqual({ n: 2 })
    expect(await store.destroy(id)).toEqual({ outcome: 'destroyed' })
    expect(await store.destroy(id)).toEqual({ outcome: 'absent' })
    expect(await store.get(id)).toBeUndefined()
  })

  test('two requests that change different fields: both changes survive', async () => {
    const store = open()
    const id = newId()
    await store.set(id, { n: 1, a: 'gone' })
    const [one, two] = [await store.get(id), await store.get(id)]
    await store.set(id, { n: 2, a: 'gone' }, { from: one?.handle })
    const merged = await store.set(id, { n: 1, b: 'new' }, { from: two?.handle })
    expect(merged.outcome).toBe('merged')
    expect((await store.get(id))?.data).toEqual({ n: 2, b: 'new' })
  })

  test('a second save after a merge does not undo what the others wrote', async () => {
    const store = open()
    const id = newId()
    await store.set(id, {})
    const [one, two] = [await store.get(id), await store.get(id)]
    await store.set(id, { a: 'theirs' }, { from: one?.handle })
    const merged = await store.set(id, { b: 'mine' }, { from: two?.handle })
    await store.set(id, { b: 'mine', n: 1 }, { from: merged.handle })
    expect((await store.get(id))?.data).toEqual({ a: 'theirs', b: 'mine', n: 1 })
  })

  test('many at once: every one of them survives', async () => {
    const store = new SessionStore<Record<string, number>>({ client, deadline: 60_000 })
    const id = newId()
    await store.set(id, {})
    const loaded = await Promise.all(Array.from({ length: 20 }, () => store.get(id)))
    await Promise.all(
      loaded.map((one, i) => store.set(id, { [`f${i}`]: i }, { from: one?.handle })),
    )
    expect(Object.keys((await store.get(id))?.data ?? {})).toHaveLength(20)
  })

  describe('on a conflict', () => {
    async function conflict(policy: ConflictPolicy, mine: Data) {
      const store = open(policy)
      const id = newId()
      await store.set(id, { n: 1 })
      const [one, two] = [await store.get(id), await store.get(id)]
      await store.set(id, { n: 2, a: 'theirs' }, { from: one?.handle })
      const result = await store
        .set(id, mine, { from: two?.handle })
        .then(({ outcome }) => outcome)
        .catch((error) => error)
      return { result, data: (await store.get(id))?.data }
    }

    test('merge: the later save wins where both changed a field', async () => {
      expect(await conflict('merge', { n: 3 })).toEqual({
        result: 'merged',
        data: { n: 3, a: 'theirs' },
      })
    })

    test('retry: goes on if other fields were changed, refuses if the same', async () => {
      expect(await conflict('retry', { n: 1, b: 'mine' })).toEqual({
        result: 'merged',
        data: { n: 2, a: 'theirs', b: 'mine' },
      })
      const { result, data } = await conflict('retry', { n: 3 })
      expect(result).toBeInstanceOf(SessionConflictError)
      expect(result).toMatchObject({ retryable: true, mayHaveExecuted: false })
      expect(data).toEqual({ n: 2, a: 'theirs' })
    })

    test('error: refuses whatever was changed', async () => {
      const { result, data } = await conflict('error', { n: 1, b: 'mine' })
      expect(result).toBeInstanceOf(SessionConflictError)
      expect(data).toEqual({ n: 2, a: 'theirs' })
    })

    test('last-write: replaces the session', async () => {
      expect(await conflict('last-write', { b: 'mine' })).toEqual({
        result: 'updated',
        data: { b: 'mine' },
      })
    })

    test('without a handle, merge adds to what is there', async () => {
      const store = open()
      const id = newId()
      await store.set(id, { n: 1, a: 'old' })
      expect((await store.set(id, { n: 2 })).outcome).toBe('merged')
      expect((await store.get(id))?.data).toEqual({ n: 2, a: 'old' })
    })
  })

  describe('no resurrection', () => {
    test.each<ConflictPolicy>(['merge', 'retry', 'error', 'last-write'])(
      'under %s, a save or touch after the destroy changes nothing',
      async (policy) => {
        const store = open(policy)
        const id = newId()
        await store.set(id, { n: 1 })
        const slow = await store.get(id)
        await store.destroy(id)
        expect((await store.set(id, { n: 2 }, { from: slow?.handle })).outcome).toBe('gone')
        expect((await store.set(id, { n: 2 })).outcome).toBe('gone')
        const cookie = { originalMaxAge: 5_000 }
        const touched = await store.touch(id, { n: 1, cookie }, { from: slow?.handle })
        expect(touched).toEqual({ outcome: 'gone', handle: undefined })
        expect((await store.touch(id, { n: 1 })).outcome).toBe('gone')
        expect(await store.get(id)).toBeUndefined()
      },
    )

    test('a destroy before the first save wins, too', async () => {
      const store = open()
      const id = newId()
      expect(await store.destroy(id)).toEqual({ outcome: 'absent' })
      expect((await store.set(id, { n: 1 })).outcome).toBe('gone')
    })

    test('a session that expired in the meantime is not made again by an update', async () => {
      const store = open()
      const id = newId()
      const created = await store.set(id, { n: 1, cookie: { originalMaxAge: 1 } })
      await expect.poll(() => store.get(id)).toBeUndefined()
      expect((await store.set(id, { n: 2 }, { from: created.handle })).outcome).toBe('gone')
      expect(await store.get(id)).toBeUndefined()
    })

    test('a tombstone passes away after its time', async () => {
      const store = new SessionStore<Data>({ client, tombstone: 20, deadline: 30_000 })
      const id = newId()
      await store.destroy(id)
      await expect.poll(async () => (await store.set(id, { n: 1 })).outcome).toBe('created')
    })
  })

  test('the handle of another session is not taken for that of this one', async () => {
    const store = open()
    const [one, two] = [newId(), newId()]
    const created = await store.set(one, { n: 1 })
    expect((await store.set(two, { n: 1 }, { from: created.handle })).outcome).toBe('created')
    expect((await store.get(two))?.data).toEqual({ n: 1 })
  })

  test('a version of an earlier life does not match a later one', async () => {
    const store = new SessionStore<Data>({
      client,
      tombstone: 1,
      conflict: 'error',
      deadline: 30_000,
    })
    const id = newId()
    const first = await store.set(id, { n: 1 })
    await store.destroy(id)
    await expect.poll(async () => (await store.set(id, { a: 'second' })).outcome).toBe('created')
    await expect(store.set(id, { n: 2 }, { from: first.handle })).rejects.toThrow(
      SessionConflictError,
    )
  })
})
