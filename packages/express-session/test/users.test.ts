import { type ContractServers, startContractServers } from '@disredis/session-contract'
import express from 'express'
import { beforeAll, expect, test, vi } from 'vitest'
import { DisredisStore, type DisredisStoreOptions, SessionOptionError } from '../src/index.js'
import { serveWebApp, type WebAppOptions } from './support/web-app.js'
import './support/session-data.js'

let servers: ContractServers
beforeAll(async () => {
  servers = await startContractServers({ masters: 2 })
  return () => servers[Symbol.asyncDispose]()
})

let apps = 0
async function serve(
  options: Partial<DisredisStoreOptions> = {},
  sessionOptions: Partial<WebAppOptions> = {},
) {
  const client = servers.disredis()
  const given = { client, prefix: `users-${apps++}:`, ...options }
  const store = new DisredisStore(given as DisredisStoreOptions)
  const app = await serveWebApp({
    store,
    routes: (it) => {
      it.use(express.json())
      it.post('/login', async (req, res) => {
        const { user, fields } = req.body as { user: string | number; fields?: object }
        await store.login(req, user, fields)
        res.json(req.session.cart ?? null)
      })
      it.get('/cart', (req, res) => {
        req.session.cart = [...(req.session.cart ?? []), 'tea']
        res.json(req.session.cart)
      })
      it.get('/who', (req, res) => {
        const { userId, user, cart } = req.session
        res.json({ userId, user, cart, ref: store.refOf(req) })
      })
    },
    ...sessionOptions,
  })
  const login = (visitor = app.visitor()) => ({
    visitor,
    as: (user: unknown, fields?: object) =>
      visitor.get('/login', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ user, fields }),
      }),
  })
  return { app, store, login }
}

test('a login gives a new id, keeps what it is told to, and is saved when it resolves', async () => {
  const { app, store, login } = await serve()
  await using _ = app
  const { visitor, as } = login()
  await visitor.get('/cart')
  const before = visitor.cookie
  expect(await as('ada', { cart: ['coffee'] })).toMatchObject({ status: 200, body: ['coffee'] })
  expect(visitor.cookie).not.toBe(before)
  expect(await visitor.body('/who')).toMatchObject({ userId: 'ada', cart: ['coffee'] })
  expect(await app.visitor(before).body('/who')).toEqual({})
  expect(store.counters).toMatchObject({ created: 2, destroyed: 1 })
})

test('nothing else of the session before the login is left', async () => {
  const { app, login } = await serve()
  await using _ = app
  const { visitor, as } = login()
  await visitor.get('/cart')
  await as('ada')
  expect(await visitor.body('/who')).toEqual({ userId: 'ada', ref: expect.any(String) })
})

test('a user’s sessions are listed, recognised, ended one by one and all at once', async () => {
  const { app, store, login } = await serve()
  await using _ = app
  const [phone, laptop, other] = [login(), login(), login()]
  await phone.as('ada')
  await laptop.as('ada', { cart: ['tea'] })
  await other.as('bob')
  const list = await store.listSessions('ada')
  expect(list.map(({ data }) => data)).toEqual([
    { userId: 'ada' },
    { userId: 'ada', cart: ['tea'] },
  ])
  const { ref } = (await laptop.visitor.body('/who')) as { ref: string }
  expect(ref).toBe(list[1]?.ref)
  // Nobody ends another user's session.
  expect(await store.endSession('bob', ref)).toEqual({ outcome: 'absent' })
  expect(await store.endSession('ada', ref)).toEqual({ outcome: 'destroyed' })
  expect(await laptop.visitor.body('/who')).toEqual({})
  expect(await phone.visitor.body('/who')).toMatchObject({ userId: 'ada' })

  await laptop.as('ada')
  await store.logoutEverywhere('ada')
  for (const { visitor } of [phone, laptop]) expect(await visitor.body('/who')).toEqual({})
  expect(await other.visitor.body('/who')).toMatchObject({ userId: 'bob' })
  expect(await store.listSessions('ada')).toEqual([])
})

test('all other sessions end, this one goes on: log out everywhere, then log in', async () => {
  const { app, store } = await serve(
    {},
    {
      routes: (it) => {
        it.get('/login', async (req, res) => {
          await store.login(req, 7)
          res.json(null)
        })
        it.get('/password', async (req, res) => {
          await store.logoutEverywhere(7)
          await store.login(req, 7)
          res.json(null)
        })
        it.get('/who', (req, res) => {
          res.json(req.session.userId ?? null)
        })
      },
    },
  )
  await using _ = app
  const [here, there] = [app.visitor(), app.visitor()]
  await here.get('/login')
  await there.get('/login')
  await here.get('/password')
  expect(await here.body('/who')).toBe(7)
  expect(await there.body('/who')).toBeNull()
})

test('the oldest session ends when a user has too many', async () => {
  const { app, login } = await serve({ maxSessionsPerUser: 1 })
  await using _ = app
  const [phone, laptop] = [login(), login()]
  await phone.as('ada')
  await laptop.as('ada')
  expect(await phone.visitor.body('/who')).toEqual({})
  expect(await laptop.visitor.body('/who')).toMatchObject({ userId: 'ada' })
})

test('the user is in another field, or where a function finds it', async () => {
  const byName = await serve({ userId: 'user' })
  await using _ = byName.app
  const one = byName.login()
  await one.as('ada')
  expect(await one.visitor.body('/who')).toMatchObject({ user: 'ada' })
  expect(await byName.store.listSessions('ada')).toHaveLength(1)

  const byFunction = await serve({ userId: ({ cart }) => cart?.[0] })
  await using __ = byFunction.app
  const two = byFunction.login()
  await two.visitor.get('/cart')
  const before = two.visitor.cookie
  expect(await two.as('ada')).toMatchObject({
    status: 500,
    body: { code: 'DISREDIS_SESSION_OPTION' },
  })
  // It was refused before anything changed.
  expect(two.visitor.cookie).toBe(before)
  expect(await two.visitor.body('/who')).toMatchObject({ cart: ['tea'] })
  await two.as('ada', { cart: ['ada'] })
  expect(await byFunction.store.listSessions('ada')).toHaveLength(1)
})

test('a login whose cookie is over at once is an error', async () => {
  const { app, login } = await serve({}, { cookie: { maxAge: 0 } })
  await using _ = app
  expect(await login().as('ada')).toMatchObject({
    status: 500,
    body: { code: 'DISREDIS_SESSION_INVALID' },
  })
})

test('there is no login where express-session has no session to give', async () => {
  const routes = (it: Parameters<WebAppOptions['routes']>[0]) => {
    it.get(['/login', '/app/login'], async (req, res) => {
      await store.login(req, 'ada')
      res.json('welcome')
    })
    // Here it has one: the cookie's.
    it.get('/app/again', (req, res, next) => {
      req.session.destroy((error) => {
        if (error) return next(error)
        store.login(req, 'ada').then(() => res.json('welcome'), next)
      })
    })
  }
  const { app, store } = await serve({}, { cookie: { path: '/app' }, routes })
  await using _ = app
  const refused = { status: 500, body: { code: 'DISREDIS_SESSION_INVALID' }, cookies: [] }
  // Outside of the cookie's path,
  expect(await app.visitor().get('/login')).toEqual(refused)
  const visitor = app.visitor()
  expect(await visitor.get('/app/login')).toMatchObject({ status: 200, cookies: [/sid/] })
  expect(await visitor.get('/app/again')).toMatchObject({ status: 200, cookies: [/sid/] })
  expect(await store.listSessions('ada')).toHaveLength(1)
  // and in an outage.
  store.emit('disconnect')
  expect(await app.visitor().get('/app/login')).toEqual(refused)
  expect(await store.listSessions('ada')).toHaveLength(1)
})

test('users are counted by nobody who turned the option off or named no user', async () => {
  const { store, app } = await serve()
  await using _ = app
  expect(() => new DisredisStore({ client: servers.disredis(), userId: 5 as never })).toThrow(
    SessionOptionError,
  )
  await expect(store.login({} as never, '')).rejects.toThrow(SessionOptionError)
})

test('in production, a cookie that is not secure is warned of once', async () => {
  const emitWarning = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
  vi.stubEnv('NODE_ENV', 'production')
  try {
    const { app, login } = await serve()
    await using _ = app
    const { visitor, as } = login()
    await visitor.get('/cart')
    await as('ada')
    const calls = emitWarning.mock.calls as unknown[][]
    const ours = calls.filter(
      ([, given]) => (given as { code?: string })?.code === 'DISREDIS_INSECURE_COOKIE',
    )
    expect(ours).toEqual([['The session cookie is not Secure', expect.anything()]])
  } finally {
    vi.unstubAllEnvs()
    emitWarning.mockRestore()
  }
})
