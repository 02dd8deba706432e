import { randomBytes } from 'node:crypto'
import type { Redis } from 'ioredis'
import { beforeAll, describe, expect, test } from 'vitest'
import {
  SessionIdError,
  SessionInvalidError,
  type SessionPolicy,
  SessionStore,
  SessionTooLargeError,
  SessionUnauthenticError,
  SessionUndecodableError,
  type StandardSchema,
} from '../src/index.js'
import { type Servers, startServers } from './support/servers.js'
import { newId } from './support/session-ids.js'

type Data = Record<string, unknown>

let servers: Servers
let redis: Redis
beforeAll(async () => {
  servers = await startServers()
  redis = servers.ioredis()
  return () => servers[Symbol.asyncDispose]()
})

/** A store with keys of its own. */
function prepare(options: Partial<SessionPolicy<Data>> = {}) {
  const prefix = `${newId()}:`
  const open = (more: Partial<SessionPolicy<Data>> = {}) =>
    new SessionStore<Data>({ client: redis, prefix, deadline: 30_000, ...options, ...more })
  const key = async () => {
    const [only = '', ...others] = await redis.keys(`${prefix}*`)
    expect(others).toEqual([])
    return only
  }
  return { store: open(), open, prefix, key }
}

describe('keys', () => {
  test('hold the hash of an id, and nothing in Redis holds the id', async () => {
    const { store, key, prefix } = prepare()
    const id = newId()
    await store.set(id, { n: 1 })
    expect(await key()).toMatch(new RegExp(`^${prefix}[0-9a-f]{64}$`))
    expect(JSON.stringify(await redis.hgetall(await key()))).not.toContain(id)
  })

  test('hold the id itself with hashIds: false', async () => {
    const { store, key, prefix } = prepare({ hashIds: false })
    const id = newId()
    await store.set(id, { n: 1 })
    expect(await key()).toBe(`${prefix}id:${id}`)
    expect((await store.get(id))?.data).toEqual({ n: 1 })
  })

  test('of Redis are of no use as an id', async () => {
    const { store, key, prefix } = prepare()
    await store.set(newId(), { n: 1 })
    const hash = (await key()).slice(prefix.length)
    for (const guess of [hash, `${prefix}${hash}`, hash.toUpperCase()]) {
      expect(await store.get(guess)).toBeUndefined()
      expect(await store.destroy(guess)).toEqual({ outcome: 'absent' })
    }
    expect(await store.count()).toBe(1)
  })

  test.each([
    ['short', 'too-short'],
    ['overlong', 'x'.repeat(10_000)],
    ['with half a character', `${newId()}\ud800`],
  ])('are not built from an id that is %s', async (_, id) => {
    const { store, prefix } = prepare()
    expect(await store.get(id)).toBeUndefined()
    expect(await store.destroy(id)).toEqual({ outcome: 'absent' })
    const error: unknown = await store.set(id, {}).catch((reason) => reason)
    expect(error).toBeInstanceOf(SessionIdError)
    expect((error as Error).message).not.toContain(id)
    await expect(store.touch(id, {})).rejects.toThrow(SessionIdError)
    await expect(store.lock(id)).rejects.toThrow(SessionIdError)
    expect(await redis.keys(`${prefix}*`)).toEqual([])
    expect(store.counters.refusedIds).toBe(5)
  })
})

test('servers with compression and without it read each other, to the byte', async () => {
  const { open, key } = prepare()
  const [plain, compressing] = [open(), open({ compression: { above: 0 } })]
  const id = newId()
  const data = { text: 'ä\u{1f511}\u0000'.repeat(100) }
  await compressing.set(id, data)
  // Not UTF-8: what reads it as text gets something else.
  const stored = await redis.hgetBuffer(await key(), 'd')
  expect(Buffer.from(stored?.toString() ?? '')).not.toEqual(stored)
  const loaded = await plain.get(id)
  expect(loaded?.data).toEqual(data)
  await plain.set(id, { ...data, n: 1 }, { from: loaded?.handle })
  expect((await compressing.get(id))?.data).toEqual({ ...data, n: 1 })
})

describe('encryption', () => {
  const k1 = { id: 'k1', key: randomBytes(32) }
  const k2 = { id: 'k2', key: randomBytes(32) }

  test('hides the data, and keys rotate without logging anyone out', async () => {
    const { open, key } = prepare()
    const old = open({ encryption: { keys: [k1] } })
    const id = newId()
    await old.set(id, { secret: 'hunter2' })
    expect(JSON.stringify(await redis.hgetall(await key()))).not.toContain('hunter2')

    const rotated = open({ encryption: { keys: [k2, k1] } })
    const loaded = await rotated.get(id)
    expect(loaded?.data).toEqual({ secret: 'hunter2' })
    await rotated.set(id, { secret: 'new' }, { from: loaded?.handle })
    expect((await open({ encryption: { keys: [k2] } }).get(id))?.data).toEqual({ secret: 'new' })
    // A server that has not got the new key yet destroys nothing.
    await expect(old.get(id)).rejects.toThrow(SessionUndecodableError)
    expect((await rotated.get(id))?.data).toEqual({ secret: 'new' })
  })

  test('two requests are merged under encryption, too', async () => {
    const { open } = prepare()
    const store = open({ encryption: { keys: [k1] }, compression: { above: 0 } })
    const id = newId()
    await store.set(id, { filler: 'x'.repeat(500) })
    const [one, two] = [await store.get(id), await store.get(id)]
    await store.set(id, { ...one?.data, a: 1 }, { from: one?.handle })
    await store.set(id, { ...two?.data, b: 2 }, { from: two?.handle })
    expect((await store.get(id))?.data).toMatchObject({ a: 1, b: 2 })
  })

  test('a session copied over another one is not that session', async () => {
    const { open, prefix } = prepare()
    const store = open({ encryption: { keys: [k1] } })
    const [mine, victim] = [newId(), newId()]
    await store.set(victim, { user: 'ada' })
    const [victimKey = ''] = await redis.keys(`${prefix}*`)
    await store.set(mine, { user: 'mallory' })
    const myKey = (await redis.keys(`${prefix}*`)).find((name) => name !== victimKey) ?? ''
    await redis.copy(victimKey, myKey, 'REPLACE')
    await expect(store.get(mine)).rejects.toThrow(SessionUnauthenticError)
    expect(store.counters).toMatchObject({ quarantined: 0, unauthentic: 1 })
    expect((await store.get(victim))?.data).toEqual({ user: 'ada' })
  })

  test('is turned on step by step', async () => {
    const { store: plain, open } = prepare()
    const id = newId()
    await plain.set(id, { n: 1 })
    const strict = open({ encryption: { keys: [k1] } })
    await expect(strict.get(id)).rejects.toThrow(/acceptPlaintext/)
    const lenient = open({ encryption: { keys: [k1], acceptPlaintext: true } })
    const loaded = await lenient.get(id)
    await lenient.set(id, { n: 2 }, { from: loaded?.handle })
    expect((await strict.get(id))?.data).toEqual({ n: 2 })
  })
})

describe('values that are no sessions', () => {
  test.each([
    ['broken JSON', { d: '{"a":' }],
    ['a list', { d: '[1]' }],
    ['a tower of lists', { d: `{"a":${'['.repeat(30_000)}${']'.repeat(30_000)}}` }],
    [
      'the same with poison',
      { d: `{"constructor":0,"a":${'['.repeat(9_000)}${']'.repeat(9_000)}}` },
    ],
    ['no known format', { d: 'O:8:"stdClass":0:{}' }],
    ['empty data', { d: '' }],
    ['no version', { v: '' }],
    ['no times', { t: 'x' }],
    ['a broken cookie', { c: '{' }],
  ])('%s: set aside, counted once, and no session', async (_, damage) => {
    const { store, key } = prepare()
    const id = newId()
    const { handle } = await store.set(id, { n: 1 })
    await redis.hset(await key(), damage)
    expect(await store.get(id)).toBeUndefined()
    expect(await store.get(id)).toBeUndefined()
    expect(store.counters.quarantined).toBe(1)
    // It stays for inspection, and is not written to.
    expect(await redis.hgetall(await key())).toMatchObject({ ...damage, x: 'corrupt' })
    expect((await store.set(id, { n: 2 }, { from: handle })).outcome).toBe('gone')
    expect((await store.destroy(id)).outcome).toBe('absent')
  })

  test.each([
    ['broken JSON', { d: '{"hunter2":' }],
    ['no times', { t: 'x' }],
  ])('%s that a save meets: set aside, and nobody sees it', async (_, damage) => {
    const { store, key } = prepare()
    const id = newId()
    const { handle } = await store.set(id, { n: 1 })
    await store.set(id, { n: 2 }, { from: handle })
    await redis.hset(await key(), damage)
    expect((await store.set(id, { m: 3 }, { from: handle })).outcome).toBe('gone')
    expect(await redis.hgetall(await key())).toMatchObject({ ...damage, x: 'corrupt' })
    expect(store.counters).toMatchObject({ quarantined: 1, gone: 1 })
  })

  test('a repaired session is not set aside for what it was before', async () => {
    const { store, key } = prepare()
    const id = newId()
    const { handle } = await store.set(id, { n: 1 })
    await redis.hset(await key(), 'd', '{')
    const reading = store.get(id)
    await store.set(id, { n: 2 }, { from: handle })
    await reading
    expect((await store.get(id))?.data).toEqual({ n: 2 })
  })

  test.each<[string, (key: string) => Promise<unknown>, number]>([
    ['text', (key) => redis.set(key, 'hello'), 1],
    ['list', (key) => redis.rpush(key, 'hello'), 1],
    ['hash with a field that ours have, too', (key) => redis.hset(key, 'a', 'hello'), 1],
    ['hash', (key) => redis.hset(key, 'name', 'hello'), 0],
  ])('another program’s %s is left alone', async (_, write, counted) => {
    const { store, key } = prepare()
    const id = newId()
    await store.set(id, { n: 1 })
    const name = await key()
    await redis.del(name)
    await write(name)
    const before = await redis.dump(name)
    expect(await store.get(id)).toBeUndefined()
    await expect(store.set(id, { n: 1 })).rejects.toThrow(SessionUndecodableError)
    expect((await store.touch(id, {})).outcome).toBe('gone')
    expect((await store.destroy(id)).outcome).toBe('absent')
    await expect(store.lock(id)).rejects.toThrow()
    expect(await redis.dump(name)).toEqual(before)
    expect(await redis.pttl(name)).toBe(-1)
    expect(store.counters).toMatchObject({ foreign: counted, quarantined: 0 })
  })
})

describe('payloads', () => {
  test('over the cap are refused on the way in and on the way out, and nothing is lost', async () => {
    const { open } = prepare()
    const [small, large] = [open({ maxPayload: 1_000 }), open({ maxPayload: 100_000 })]
    const id = newId()
    await large.set(id, { text: 'x'.repeat(2_000) })
    await expect(small.get(id)).rejects.toThrow(SessionTooLargeError)
    await expect(small.set(newId(), { text: 'x'.repeat(1_000) })).rejects.toThrow(
      SessionTooLargeError,
    )
    expect(await large.get(id)).toBeDefined()
    await expect(open().set(newId(), { text: 'x'.repeat(65_536) })).rejects.toThrow(
      SessionTooLargeError,
    )
    expect((await open().set(newId(), { text: 'x'.repeat(65_500) })).outcome).toBe('created')
  })

  test('lose poisonous and reserved keys', async () => {
    const { store, key } = prepare()
    const id = newId()
    await store.set(id, JSON.parse('{"a":1,"__proto__":{"x":1},"save":2,"deep":{"constructor":3}}'))
    expect(await redis.hget(await key(), 'd')).toBe('{"a":1,"deep":{}}')
    await redis.hset(await key(), 'd', '{"a":1,"__proto__":{"isAdmin":true},"save":1,"b":2}')
    const { data = {} } = (await store.get(id)) ?? {}
    expect(data).toEqual({ a: 1, b: 2 })
    expect((data as { isAdmin?: unknown }).isAdmin).toBeUndefined()
    expect(store.counters.droppedKeys).toBe(5)
  })

  test('that are no JSON are refused, and the session stays as it was', async () => {
    const { store } = prepare()
    const id = newId()
    const { handle } = await store.set(id, { n: 1 })
    const cycle: Data = {}
    cycle.self = cycle
    const tower = { a: JSON.parse('['.repeat(600) + ']'.repeat(600)) }
    for (const session of [cycle, { big: 1n }, tower]) {
      await expect(store.set(id, session, { from: handle })).rejects.toThrow(SessionInvalidError)
    }
    expect((await store.get(id))?.data).toEqual({ n: 1 })
  })

  test('are checked by a schema', async () => {
    const schema: StandardSchema<Data> = {
      '~standard': {
        version: 1,
        vendor: 'test',
        validate: async (value) => {
          const { since } = value as { since?: unknown }
          return typeof since === 'string'
            ? { value: Object.freeze({ since: new Date(since) }) }
            : { issues: [{ message: 'hunter2 is no date' }] }
        },
      },
    }
    const { store: lax, open } = prepare()
    const store = open({ schema })
    const odd = { '~standard': { ...schema['~standard'], validate: () => ({ value: { n: 1n } }) } }
    const id = newId()
    const since = new Date(0)
    await store.set(id, { since })
    const loaded = await store.get(id)
    expect(loaded?.data).toEqual({ since })
    expect(Object.isFrozen(loaded?.data)).toBe(false)
    expect((await store.set(id, { since }, { from: loaded?.handle })).outcome).toBe('unchanged')

    const error: unknown = await store.set(id, { since: 1 }).catch((reason) => reason)
    expect(error).toBeInstanceOf(SessionInvalidError)
    expect((error as Error).message).not.toContain('hunter2')
    await expect(open({ schema: odd }).get(id)).rejects.toThrow(SessionInvalidError)
    // Refused on load it is no session, and not destroyed: an older deployment may still like it.
    const old = newId()
    await lax.set(old, { n: 1 })
    expect(await store.get(old)).toBeUndefined()
    expect(store.counters).toMatchObject({ invalid: 1, quarantined: 0 })
    expect((await lax.get(old))?.data).toEqual({ n: 1 })
  })
})
