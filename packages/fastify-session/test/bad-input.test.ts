import { createHash, randomBytes } from 'node:crypto'
import { Signer } from '@fastify/cookie'
import type { FastifyInstance } from 'fastify'
import { describe, expect, test } from 'vitest'
import { addRoutes, SECRET, useApps } from './support/sessions-app.js'

const { fleet, open } = useApps()

const redis = (...command: [string, ...string[]]) =>
  fleet()
    .master()
    .command(...command)
const newId = () => randomBytes(24).toString('base64url')
const hashOf = (id: string) => createHash('sha256').update(id).digest('hex')
const signer = new Signer(SECRET)
/** With a signature that is valid: what someone can do who knows the secret. */
const signed = (id: string) => encodeURIComponent(signer.sign(id))

describe('a signed id that the store refuses is answered with a new session', () => {
  const victim = newId()
  test.each<[string, string]>([
    ['empty', ''],
    ['short', 'a'.repeat(21)],
    ['overlong', 'a'.repeat(4_000)],
    ['binary', `${'a'.repeat(30)}\u0000\u00ff\ud83d\ude00`],
    ['a hash', hashOf(victim)],
    ['a key', `sess:${hashOf(victim)}`],
    ['with braces', `{${newId()}}`],
    ['a glob', `${newId()}*`],
    ['with a line break', `${newId()}\r\nFLUSHALL`],
    ['a name of Object', '__proto__'.padEnd(24, '_')],
  ])('%s', async (_, id) => {
    const { app, jar } = await open()
    const one = jar()
    one.cookies.set('sessionId', signed(id))
    expect(await one.get('/get')).toMatchObject({ status: 200, body: {} })
    one.cookies.set('sessionId', signed(id))
    expect((await one.get('/set?color=red')).status).toBe(200)
    expect((await one.get('/get')).body).toEqual({ color: 'red' })
    expect(one.cookies.get('sessionId')).not.toBe(signed(id))
    expect(await app.sessionStore.sessions.count()).toBe(1)
  })
})

test.each<[string, readonly [string, ...string[]]]>([
  ['a string', ['SET', 'KEY', '{"userId":"admin"}']],
  ['a list', ['RPUSH', 'KEY', 'userId']],
  ['a hash', ['HSET', 'KEY', 'userId', 'admin']],
])('%s of another program under a session’s key is no session, and stays', async (_, command) => {
  const prefix = `${newId()}:`
  const { jar } = await open({ prefix })
  const id = newId()
  const key = `${prefix}${hashOf(id)}`
  await redis(...(command.map((word) => (word === 'KEY' ? key : word)) as [string, ...string[]]))
  const one = jar()
  one.cookies.set('sessionId', signed(id))
  expect((await one.get('/set?color=red')).status).toBe(200)
  expect((await one.get('/get')).body).toEqual({ color: 'red' })
  expect(await redis('EXISTS', key)).toBe(1)
})

describe('what a handler does to its session', () => {
  function routes(app: FastifyInstance): void {
    addRoutes(app)
    app.get('/nan', async ({ session }) => {
      session.options({ maxAge: Number.NaN })
      session.cookie.originalMaxAge = Number.NaN
      return {}
    })
    app.get('/fraction', async ({ session }) => {
      session.cookie.originalMaxAge = 60_000.5
      return {}
    })
    app.get('/bigint', async ({ session }) => {
      Object.assign(session, { color: 1n })
      return {}
    })
    app.get('/poison', async ({ session }) => {
      session.set('__proto__' as 'account', { id: 1 })
      return {}
    })
  }

  test('an expiry that is no number is refused, and the session stays as it was', async () => {
    const { jar } = await open({ routes })
    const one = jar()
    await one.get('/set?color=red')
    expect(await one.get('/nan')).toMatchObject({
      status: 500,
      body: { code: 'DISREDIS_SESSION_INVALID' },
      sent: [],
    })
    expect((await one.get('/get')).body).toEqual({ color: 'red' })
    expect((await one.get('/fraction')).status).toBe(200)
    expect((await one.get('/get')).body).toEqual({ color: 'red' })
  })

  test('what is no JSON is an error, and the session stays as it was', async () => {
    const { jar } = await open({ routes })
    const one = jar()
    await one.get('/set?color=red')
    expect((await one.get('/bigint')).status).toBe(500)
    expect((await one.get('/get')).body).toEqual({ color: 'red' })
  })

  test('a prototype that it replaces lasts no longer than its request', async () => {
    const { jar } = await open({ routes })
    const one = jar()
    await one.get('/set?color=red')
    await one.get('/poison')
    expect((await one.get('/get')).body).toEqual({ color: 'red' })
    expect(Object.prototype).not.toHaveProperty('userId')
  })
})

test('an idGenerator whose ids are guessable is refused at the first session', async () => {
  let n = 0
  const { app, jar } = await open({ idGenerator: () => `${n++}` })
  expect(await jar().get('/set?color=red')).toMatchObject({
    status: 500,
    body: { code: 'DISREDIS_SESSION_ID', message: expect.stringContaining('idGenerator') },
    sent: [],
  })
  expect(await app.sessionStore.sessions.count()).toBe(0)
})

test('a prefix with the characters of a glob touches nobody else’s sessions', async () => {
  const other = await open({ prefix: 'abc:' })
  await other.jar().get('/set?color=red')
  const { app, jar } = await open({ prefix: '[a-c]*:' })
  await jar().get('/set?color=blue')
  expect(await app.sessionStore.sessions.clear()).toMatchObject({ removed: 1 })
  expect(await other.app.sessionStore.sessions.count()).toBe(1)
})
