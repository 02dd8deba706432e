import { randomBytes, randomUUID } from 'node:crypto'
import fastifyCookie from '@fastify/cookie'
import fastifySession, { type FastifySessionOptions } from '@fastify/session'
import fastify, { type FastifyInstance, type Session } from 'fastify'
import { afterEach, expect, test } from 'vitest'
import { DisredisStore } from '../src/index.js'
import { CookieJar } from './support/cookie-jar.js'
import { addRoutes, SECRET, useApps } from './support/sessions-app.js'

const { fleet } = useApps()

const opened: { close(): Promise<void> }[] = []
afterEach(async () => {
  for (const one of opened.splice(0)) await one.close()
})

function openStore(Store = DisredisStore): DisredisStore {
  const { sentinels } = fleet()
  const store = new Store({ sentinels, prefix: `${randomUUID()}:`, deadline: 30_000 })
  opened.push(store)
  return store
}

/** As the documentation of @fastify/session shows it, with its own defaults. */
async function openApp(
  store: DisredisStore,
  options: Partial<FastifySessionOptions> = {},
): Promise<FastifyInstance> {
  const app = fastify()
  opened.unshift(app)
  await app.register(fastifyCookie)
  await app.register(fastifySession, {
    secret: SECRET,
    store,
    cookie: { secure: false },
    ...options,
  })
  app.decorate('sessionStore', store)
  addRoutes(app)
  return app
}

const newId = () => randomBytes(24).toString('base64url')
const settled = (work: (done: (...answer: unknown[]) => void) => void) =>
  new Promise<unknown[]>((resolve) => work((...answer) => resolve(answer)))

test('the store alone does for an app that registers @fastify/session itself', async () => {
  const store = openStore()
  const app = await openApp(store)
  const jar = new CookieJar(app)
  await jar.get('/set?color=red')
  await jar.get('/login?id=ada')
  await jar.get('/set?color=blue')
  expect((await jar.get('/get')).body).toEqual({ userId: 'ada', color: 'blue' })
  expect(await store.listSessions('ada')).toHaveLength(1)
  await store.logoutEverywhere('ada')
  expect((await jar.get('/get')).body).toEqual({})
})

test('with the defaults of @fastify/session an unchanged session is not written', async () => {
  const store = openStore()
  const jar = new CookieJar(await openApp(store, { cookie: { secure: false, maxAge: 60_000 } }))
  await jar.get('/set?color=red')
  const { created, updated, touched } = store.counters
  for (let i = 0; i < 5; i++) {
    const { sent } = await jar.get('/get')
    // It is rolling: the cookie is sent again each time.
    expect(sent).toHaveLength(1)
  }
  expect(store.counters).toMatchObject({ created, updated, touched })
  expect(store.counters.unchanged).toBeGreaterThanOrEqual(5)
})

test('callbacks get what @fastify/session wants', async () => {
  const store = openStore()
  const id = newId()
  const cookie = { originalMaxAge: 60_000 }
  expect(await settled((done) => store.get(id, done))).toEqual([null, null])
  expect(await settled((done) => store.set(id, { color: 'red', cookie }, done))).toEqual([null])
  const [error, session] = await settled((done) => store.get(id, done))
  expect(error).toBeNull()
  expect(session).toMatchObject({ color: 'red', cookie: { originalMaxAge: 60_000 } })
  expect(await settled((done) => store.destroy(id, done))).toEqual([null])
  expect(await settled((done) => store.get(id, done))).toEqual([null, null])
  await store.close()
  for (const work of [
    (done: (...answer: unknown[]) => void) => store.get(id, done),
    (done: (...answer: unknown[]) => void) => store.set(id, { cookie }, done),
    (done: (...answer: unknown[]) => void) => store.destroy(id, done),
  ]) {
    expect(await settled(work)).toEqual([
      expect.objectContaining({ code: 'DISREDIS_SESSION_STORE_CLOSED' }),
    ])
  }
})

test('callbacks may be missing, also when there is an error', async () => {
  const store = openStore()
  const id = newId()
  const cookie = { originalMaxAge: null }
  store.set(id, { color: 'red', cookie })
  await expect.poll(async () => (await store.sessions.get(id))?.data).toEqual({ color: 'red' })
  store.set('refused', { cookie })
  store.destroy(id)
  await expect.poll(() => store.sessions.get(id)).toBeUndefined()
  expect(store.counters.refusedIds).toBe(1)
})

test('a callback that throws is called once, and the store goes on', async () => {
  const store = openStore()
  const id = newId()
  const listeners = process.listeners('uncaughtException')
  process.removeAllListeners('uncaughtException')
  try {
    for (const work of [
      (fail: () => void) => store.set(id, { cookie: { originalMaxAge: null } }, fail),
      (fail: () => void) => store.get(id, fail),
      (fail: () => void) => store.destroy(id, fail),
    ]) {
      let calls = 0
      const thrown = new Promise((resolve) => process.once('uncaughtException', resolve))
      work(() => {
        calls++
        throw new Error(`call ${calls}`)
      })
      expect(await thrown).toEqual(new Error('call 1'))
      expect(calls).toBe(1)
    }
  } finally {
    for (const listener of listeners) process.on('uncaughtException', listener)
  }
  expect(await settled((done) => store.get(id, done))).toEqual([null, null])
})

test('a loaded object that is saved again is compared with what it was loaded as', async () => {
  const store = openStore()
  const id = newId()
  const cookie = { originalMaxAge: null }
  await settled((done) => store.set(id, { color: 'red', n: 1, cookie }, done))
  const [, mine] = (await settled((done) => store.get(id, done))) as [null, Session]
  const [, theirs] = (await settled((done) => store.get(id, done))) as [null, Session]
  await settled((done) => store.set(id, { ...theirs, n: 2 }, done))
  await settled((done) => store.set(id, { ...mine, color: 'blue' }, done))
  expect((await store.sessions.get(id))?.data).toEqual({ color: 'blue', n: 2 })
  expect(store.counters).toMatchObject({ conflicts: 1, merged: 1 })
})

test('a session that is reloaded begins anew from what is stored', async () => {
  const store = openStore()
  const app = await openApp(store)
  app.get('/reload', async (request) => {
    const { sessionId } = request.session
    const other = await store.sessions.get(sessionId)
    await store.sessions.set(sessionId, { color: 'blue' }, { from: other?.handle })
    await request.session.reload()
    request.session.n = 1
    return {}
  })
  const jar = new CookieJar(app)
  await jar.get('/set?color=red')
  await jar.get('/reload')
  expect((await jar.get('/get')).body).toEqual({ color: 'blue', n: 1 })
  expect(store.counters.conflicts).toBe(0)
})

test('decryptSession finds a session outside of a request', async () => {
  const store = openStore()
  const app = await openApp(store)
  const jar = new CookieJar(app)
  await jar.get('/set?color=red')
  const cookie = decodeURIComponent(jar.cookies.get('sessionId') ?? '')
  const request = {} as { session: Session }
  await settled((done) => app.decryptSession(cookie, request, done))
  expect(request.session).toMatchObject({ color: 'red' })
})

test('a session object that cannot be followed is refused, not written blindly', async () => {
  const store = openStore()
  const other = { encryptedSessionId: 'x', cookie: { originalMaxAge: null } }
  expect(await settled((done) => store.set(newId(), other, done))).toEqual([
    expect.objectContaining({ message: expect.stringContaining('@fastify/session is not') }),
  ])
})

test('a login that failed is no login of the session that was there', async () => {
  class Undestroyable extends DisredisStore {
    override destroy(_: string, callback?: (error: unknown) => void): void {
      queueMicrotask(() => callback?.(new Error('The old session could not be destroyed')))
    }
  }
  const store = openStore(Undestroyable)
  const app = await openApp(store)
  app.get('/fail', async (request) => {
    await store.logoutEverywhere('ada')
    await store.login(request, 'ada').catch(() => undefined)
    return {}
  })
  const jar = new CookieJar(app)
  await jar.get('/set?userId=ada')
  await jar.get('/fail')
  expect((await jar.get('/get')).body).toEqual({})
})
