import { EventEmitter, once } from 'node:events'
import { request } from 'node:http'
import { Disredis } from '@disredis/client'
import fastifyCookie from '@fastify/cookie'
import fastify from 'fastify'
import { Redis } from 'ioredis'
import { describe, expect, test } from 'vitest'
import disredisSession, { DisredisStore } from '../src/index.js'
import { CookieJar } from './support/cookie-jar.js'
import { addRoutes, SECRET, useApps } from './support/sessions-app.js'

const { fleet, open } = useApps()

test('two lines are enough: cookies, sessions and the store are there, and close with the app', async () => {
  const app = fastify()
  await app.register(disredisSession, { sentinels: fleet().sentinels, secret: SECRET })
  app.get('/count', async ({ session }) => {
    session.n = (session.n ?? 0) + 1
    return { n: session.n }
  })
  const jar = new CookieJar(app)
  await jar.get('/count')
  expect((await jar.get('/count')).body).toEqual({ n: 2 })
  expect(app.sessionStore).toBeInstanceOf(DisredisStore)
  await app.close()
  await expect(app.sessionStore.sessions.count()).rejects.toThrow('The session store is closed')
})

describe('the defaults', () => {
  test('a visit that stores nothing costs no session and gets no cookie', async () => {
    const { app, jar } = await open()
    expect(await jar().get('/get')).toEqual({ status: 200, body: {}, sent: [] })
    expect(await app.sessionStore.sessions.count()).toBe(0)
  })

  test('the cookie is for HTTP and this site only, and Secure on HTTPS', async () => {
    const { jar } = await open({ server: { trustProxy: true } })
    const plain = await jar().get('/set?color=red')
    expect(plain.sent).toEqual([expect.stringMatching(/; HttpOnly; SameSite=Lax$/)])
    const secure = await jar().get('/set?color=red', { 'x-forwarded-proto': 'https' })
    expect(secure.sent).toEqual([expect.stringMatching(/; HttpOnly; Secure; SameSite=Lax$/)])
  })
})

test('options of @fastify/session are given at the same level', async () => {
  const ids = ['a', 'b'].map((letter) => letter.repeat(32))
  const { app, jar } = await open({
    cookieName: 'sid',
    cookiePrefix: 's:',
    cookie: { maxAge: 60_000, path: '/app', sameSite: 'strict', secure: false },
    saveUninitialized: true,
    rolling: false,
    idGenerator: () => ids.pop() ?? '',
    routes: (app) => {
      app.get('/app/get', async ({ session }) => ({ id: session.sessionId }))
    },
  })
  const one = jar()
  const { sent, body } = await one.get('/app/get')
  expect(body).toEqual({ id: 'b'.repeat(32) })
  expect(sent).toEqual([
    expect.stringMatching(/^sid=s:b{32}\..*; Path=\/app; Expires=.*; HttpOnly; SameSite=Strict$/),
  ])
  expect((await one.get('/app/get')).sent).toEqual([])
  expect(await app.sessionStore.sessions.count()).toBe(1)
})

test('a @fastify/cookie that the application has registered is used', async () => {
  const app = fastify()
  await app.register(fastifyCookie, { secret: 'of the other cookies' })
  await app.register(disredisSession, { sentinels: fleet().sentinels, secret: SECRET })
  addRoutes(app)
  app.get('/other', async (_request, reply) => {
    reply.setCookie('other', '1', { signed: true })
    return {}
  })
  const jar = new CookieJar(app)
  await jar.get('/other')
  await jar.get('/set?color=red')
  expect((await jar.get('/get')).body).toEqual({ color: 'red' })
  expect([...jar.cookies.keys()]).toEqual(['other', 'sessionId'])
  await app.close()
})

test.each<[string, () => Disredis | Redis]>([
  ['Disredis client', () => new Disredis({ sentinels: fleet().sentinels })],
  ['plain ioredis', () => new Redis({ ...fleet().master().address })],
])('a %s that is given stays open', async (_, connect) => {
  const client = connect()
  try {
    const app = fastify()
    await app.register(disredisSession, { client, secret: SECRET })
    addRoutes(app)
    await new CookieJar(app).get('/set?color=red')
    await app.close()
    expect(await client.exists('of nobody')).toBe(0)
  } finally {
    client.disconnect()
  }
})

test('the session of a request that is under way is saved before the app has closed', async () => {
  const gate = new EventEmitter()
  const underWay = once(gate, 'under way')
  const { app } = await open({
    routes: (app) => {
      app.get('/slow', async ({ session }) => {
        gate.emit('under way')
        await once(gate, 'go on')
        session.color = 'red'
        return {}
      })
    },
  })
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  const sent = request(`${url}/slow`).end()
  await underWay
  const closed = app.close()
  gate.emit('go on')
  const [response] = await once(sent, 'response')
  response.resume()
  expect(response.statusCode).toBe(200)
  expect(response.headers['set-cookie']).toBeDefined()
  await closed
})

describe('what is refused, at once and with nothing left open', () => {
  const sentinels = ['127.0.0.1:1']
  const secret = SECRET
  test.each<[string, object, string]>([
    ['no secret', { sentinels }, 'Option secret takes a string of at least 32 characters'],
    ['a short secret', { sentinels, secret: 'short' }, 'Option secret takes'],
    ['no secrets', { sentinels, secret: [] }, 'Option secret takes'],
    ['an empty secret', { sentinels, secret: [secret, ''] }, 'Option secret takes'],
    ['no Redis', { secret }, 'Give `sentinels: [...]`, or an existing client as `client`'],
    ['a URL', { secret, client: 'redis://h' }, 'Option client takes a Disredis client or an'],
    ['a host', { secret, host: 'h' }, 'Option host is unknown; give the addresses of your Sen'],
    ['another store', { secret, sentinels, store: {} }, 'Option store is unknown; the plugin'],
    ['a misspelt option', { secret, sentinels, cookiename: 'sid' }, 'Option cookiename is unkn'],
    ['ttl', { secret, sentinels, ttl: 60 }, 'Option ttl is unknown; idleTimeout sets in ms'],
    ['a bad cookie', { secret, sentinels, cookie: 'sid' }, 'Option cookie is string'],
    ['NaN', { secret, sentinels, cookie: { maxAge: Number.NaN } }, 'Option cookie.maxAge is NaN'],
    ['a fraction', { secret, sentinels, cookie: { maxAge: 0.5 } }, 'Option cookie.maxAge is 0.5'],
    ['a negative time', { secret, sentinels, idleTimeout: -1 }, 'Option idleTimeout is -1'],
    ['no user', { secret, sentinels, userId: 5 }, 'Option userId is number'],
    [
      'an algorithm',
      { secret, sentinels, algorithm: 'rot13' },
      'Option algorithm is rot13; it takes a hash',
    ],
  ])('%s', async (_, options, message) => {
    const app = fastify()
    // Written as JavaScript would have it.
    await expect(app.register(disredisSession, options as never).ready()).rejects.toThrow(message)
    await app.close()
  })
})
