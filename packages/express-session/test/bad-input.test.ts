import { createHmac } from 'node:crypto'
import { type ContractServers, startContractServers } from '@disredis/session-contract'
import express from 'express'
import { beforeAll, describe, expect, test } from 'vitest'
import {
  type DisredisSessionOptions,
  DisredisStore,
  disredisSession,
  SessionOptionError,
} from '../src/index.js'
import { serveWebApp } from './support/web-app.js'
import './support/session-data.js'

const SECRET = 'the secret of these tests, 32 bytes and more'

let servers: ContractServers
beforeAll(async () => {
  servers = await startContractServers({ masters: 2 })
  return () => servers[Symbol.asyncDispose]()
})

let apps = 0
async function serve(options: Partial<DisredisSessionOptions> = {}) {
  const client = servers.disredis()
  const prefix = `bad-${apps++}:`
  const given = { client, prefix, secret: SECRET, ...options }
  const sessions = disredisSession(given as DisredisSessionOptions)
  const { store } = sessions
  const app = await serveWebApp({
    sessions,
    routes: (it) => {
      it.use(express.json({ limit: '1mb' }))
      it.post('/note', (req, res) => {
        req.session.note = req.body
        res.json('noted')
      })
      it.get('/note', (req, res) => {
        res.json(req.session.note ?? null)
      })
      it.get('/max-age', (req, res) => {
        req.session.views = 1
        req.session.cookie.maxAge = Number(req.query.ms)
        res.json('set')
      })
    },
  })
  return { app, client, store, prefix }
}

const signed = (id: string) => {
  const signature = createHmac('sha256', SECRET).update(id).digest('base64').replace(/=+$/, '')
  return `connect.sid=${encodeURIComponent(`s:${id}.${signature}`)}`
}
const post = (body: string) => ({
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body,
})

describe('options', () => {
  test.each([
    [undefined, 'Give `sentinels'],
    [null, 'Give `sentinels'],
    [{}, 'Give `sentinels'],
    [{ client: {} }, 'Option client takes'],
    [{ sentinels: [] }, 'entinel'],
    [{ client: 'the client', ttl: 3_600 }, 'use idleTimeout, in ms'],
    [{ client: 'the client', disableTouch: true }, 'touchAfter sets'],
    [{ client: 'the client', idleTimeOut: 1 }, 'Option idleTimeOut is unknown'],
    [{ client: 'the client', idleTimeout: Number.NaN }, 'Option idleTimeout is NaN'],
    [{ client: 'the client', idleTimeout: 1.5 }, 'Option idleTimeout is 1.5'],
    [{ client: 'the client', absoluteTimeout: -1 }, 'Option absoluteTimeout is -1'],
    [{ client: 'the client', disconnectAfter: 0 }, 'Option disconnectAfter is 0'],
    [{ client: 'the client', disconnectAfter: 'soon' }, 'Option disconnectAfter is soon'],
    [{ client: 'the client', userId: '' }, 'Option userId'],
    [{ client: 'the client', prefix: '' }, 'Option prefix'],
    [{ client: 'the client', prefix: 'a{b}:' }, 'Option prefix'],
  ])('%j is refused', (given, message) => {
    const options =
      (given as { client?: unknown } | null)?.client === 'the client'
        ? { ...given, client: servers.ioredis() }
        : given
    expect(() => new DisredisStore(options as never)).toThrow(message)
  })

  test('what is wrong with them has a class and a code', () => {
    expect(() => new DisredisStore(undefined as never)).toThrow(SessionOptionError)
  })
})

describe('ids', () => {
  test.each([
    ['short', 'short'],
    ['overlong', 'x'.repeat(4_000)],
    ['shaped like a hash', 'a'.repeat(64)],
    ['with a hash tag', '{tag}-and-22-characters-more'],
    ['a pattern', 'an-id-of-22-characters-*?[a]'],
    ['a path', '../../an-id-of-at-least-22-characters'],
    ['spaced', 'an id of at least 22 characters'],
    ['not ASCII', 'ä'.repeat(30)],
    ['binary', '\u0000\u0007'.repeat(20)],
    ['a name of every object', '__proto__'],
  ])('%s in a signed cookie: nobody’s session, and a new id', async (_name, id) => {
    const { app, client, prefix } = await serve()
    await using _ = app
    await client.set(`${prefix}${id}`, '{"note":"somebody else"}')
    const visitor = app.visitor(signed(id))
    expect(await visitor.body('/note')).toBeNull()
    await visitor.get('/note', post('{"a":1}'))
    expect(visitor.cookie).not.toContain(encodeURIComponent(id))
    expect(await visitor.body('/note')).toEqual({ a: 1 })
    expect(await client.get(`${prefix}${id}`)).toBe('{"note":"somebody else"}')
  })

  test('that are too weak are refused when an application makes them', async () => {
    let n = 0
    const { app, store } = await serve({ genid: () => `id-${n++}` })
    await using _ = app
    const visitor = app.visitor()
    expect(await visitor.get('/note', post('{"a":1}'))).toMatchObject({
      status: 500,
      body: { code: 'DISREDIS_SESSION_ID' },
    })
    expect(await store.sessions.count()).toBe(0)
  })
})

describe('payloads', () => {
  test('with names that change what an object is are stored without them', async () => {
    const { app } = await serve()
    await using _ = app
    const visitor = app.visitor()
    const poison =
      '{"a":1,"__proto__":{"isAdmin":true},"b":{"constructor":{"prototype":{"isAdmin":true}}}}'
    await visitor.get('/note', post(poison))
    expect(await visitor.body('/note')).toEqual({ a: 1, b: {} })
    expect(({} as { isAdmin?: boolean }).isAdmin).toBeUndefined()
  })

  test('over the limit are not stored, and the session stays as it was', async () => {
    const { app } = await serve({ maxPayload: 500 })
    await using _ = app
    const visitor = app.visitor()
    await visitor.get('/note', post('{"a":1}'))
    expect(await visitor.get('/note', post(`{"a":"${'x'.repeat(1_000)}"}`))).toMatchObject({
      status: 500,
      body: { code: 'DISREDIS_SESSION_TOO_LARGE' },
    })
    expect(await visitor.body('/note')).toEqual({ a: 1 })
  })

  test('that are corrupt, or of another program, harm nobody', async () => {
    const { app, client, store, prefix } = await serve()
    await using _ = app
    const [corrupt, foreign, sound] = [app.visitor(), app.visitor(), app.visitor()]
    for (const visitor of [corrupt, foreign, sound]) await visitor.get('/note', post('{"a":1}'))
    const keys = await client.keys(`${prefix}*`)
    const [first = '', second = ''] = keys
    await client.hset(first, 'd', '{"a":')
    await client.del(second)
    await client.lpush(second, 'of another program')
    const notes = []
    for (const visitor of [corrupt, foreign, sound]) notes.push(await visitor.body('/note'))
    expect(notes.filter((note) => note === null)).toHaveLength(2)
    expect(notes.filter((note) => note !== null)).toEqual([{ a: 1 }])
    expect(await client.lrange(second, 0, -1)).toEqual(['of another program'])
    expect(store.counters).toMatchObject({ quarantined: 1, foreign: 1 })
    // Both go on with a new session.
    for (const visitor of [corrupt, foreign, sound]) {
      await visitor.get('/note', post('{"b":2}'))
      expect(await visitor.body('/note')).toEqual({ b: 2 })
    }
  })
})

describe('times of a cookie', () => {
  test('that are no number are an error, and nothing is stored', async () => {
    const { app, store } = await serve()
    await using _ = app
    expect(await app.visitor().get('/max-age?ms=NaN')).toMatchObject({
      status: 500,
      body: { code: 'DISREDIS_SESSION_INVALID' },
    })
    expect(await store.sessions.count()).toBe(0)
  })

  test('that are a fraction are good', async () => {
    const { app, store } = await serve()
    await using _ = app
    await app.visitor().get('/max-age?ms=3600000.5')
    expect(await store.sessions.count()).toBe(1)
  })

  test('that are over end the session', async () => {
    const { app, store } = await serve()
    await using _ = app
    const visitor = app.visitor()
    await visitor.get('/note', post('{"a":1}'))
    await visitor.get('/max-age?ms=-1')
    expect(await store.sessions.count()).toBe(0)
    expect(app.errors).toEqual([])
  })
})

test('a prefix with glob characters means itself', async () => {
  const other = await serve({ prefix: 'glob-xyz:' })
  await using _ = other.app
  const { app, store } = await serve({ prefix: 'glob-*:' })
  await using __ = app
  await other.app.visitor().get('/note', post('{"a":1}'))
  await app.visitor().get('/note', post('{"a":2}'))
  const count = await new Promise((resolve) => store.length((_error, length) => resolve(length)))
  expect(count).toBe(1)
  await new Promise<void>((resolve) => store.clear(() => resolve()))
  expect(await other.store.sessions.count()).toBe(1)
})
