import { once } from 'node:events'
import { type ContractServers, startContractServers } from '@disredis/session-contract'
import { beforeEach, describe, expect, test } from 'vitest'
import { DisredisStore, type DisredisStoreOptions } from '../src/index.js'
import { serveWebApp, type WebAppOptions } from './support/web-app.js'
import './support/session-data.js'

const SECURE = { secure: true, sameSite: 'lax', maxAge: 3_600_000 } as const

let servers: ContractServers
beforeEach(async () => {
  servers = await startContractServers({ masters: 1 })
  return () => servers[Symbol.asyncDispose]()
})

/** A master without its replicas refuses to write, if it is set up so; reads go on. */
async function refuseWrites(isRefused: boolean): Promise<void> {
  const { fleet } = servers
  await fleet
    .master('shard-1')
    .command('CONFIG', 'SET', 'min-replicas-to-write', isRefused ? '1' : '0')
}

function serve(
  options: Partial<DisredisStoreOptions>,
  sessionOptions: Partial<Omit<WebAppOptions, 'store'>> = {},
) {
  const client = servers.disredis()
  const store = new DisredisStore({ client, deadline: 2_000, ...options } as DisredisStoreOptions)
  const events: string[] = []
  for (const name of ['disconnect', 'connect']) store.on(name, () => events.push(name))
  const opened = serveWebApp({
    store,
    routes: (app) => {
      app.get('/login', async (req, res) => {
        await store.login(req, 'ada')
        res.json('welcome')
      })
      app.get('/user', (req, res) => {
        res.json(req.session === undefined ? 'no session at all' : (req.session.userId ?? null))
      })
      app.get(
        ['/regenerate', '/regenerate-carelessly', '/login-refused'],
        async (_req, _res, next) => {
          await refuseWrites(true)
          next()
        },
      )
      app.get('/login-refused', async (req, res) => {
        await store.login(req, 'mallory')
        res.json('welcome')
      })
      app.get('/regenerate', (req, res, next) => {
        req.session.regenerate((error) => (error ? next(error) : res.json('done')))
      })
      app.get('/regenerate-carelessly', (req, res, next) => {
        req.session.regenerate(() => {
          req.session.userId = 'mallory'
          req.session.save((error) => (error ? next(error) : res.json('done')))
        })
      })
    },
    ...sessionOptions,
  })
  return opened.then((app) => ({ app, store, events }))
}

describe('the events', () => {
  test('are told in a lasting outage; meanwhile requests have no session at all', async () => {
    const { app, store, events } = await serve({ disconnectAfter: 1_500 })
    await using _ = app
    const ada = app.visitor()
    await ada.get('/login')
    const { cookie } = ada
    const frozen = await servers.freeze()
    const gone = once(store, 'disconnect')
    expect(await ada.get('/user')).toMatchObject({
      status: 500,
      body: { code: 'DISREDIS_SESSION_UNAVAILABLE' },
      cookies: [],
    })
    await gone
    expect(await ada.get('/user')).toMatchObject({ body: 'no session at all', cookies: [] })
    const back = once(store, 'connect')
    await frozen.end()
    await back
    expect(await ada.body('/user')).toBe('ada')
    expect(ada.cookie).toBe(cookie)
    expect(events).toEqual(['disconnect', 'connect'])
  })

  test('are not told in a short one', async () => {
    const { app, events } = await serve({})
    await using _ = app
    const ada = app.visitor()
    await ada.get('/login')
    const frozen = await servers.freeze()
    expect((await ada.get('/user')).status).toBe(500)
    expect((await ada.get('/user')).status).toBe(500)
    await frozen.end()
    expect(await ada.body('/user')).toBe('ada')
    expect(events).toEqual([])
  })

  test('end with the store: nobody is left without an answer', async () => {
    const { app, store, events } = await serve({ disconnectAfter: 1 })
    await using _ = app
    const frozen = await servers.freeze()
    const gone = once(store, 'disconnect')
    store.destroy('an-id-of-at-least-22-characters')
    await gone
    await store.close()
    expect(events).toEqual(['disconnect', 'connect'])
    await frozen.end()
    const visitor = app.visitor()
    visitor.cookie = undefined
    expect((await visitor.get('/login')).body).toEqual({ code: 'DISREDIS_SESSION_STORE_CLOSED' })
  })
})

describe('an anonymous session in place of one that cannot be read', () => {
  test('sends no cookie but the browser’s own, with the attributes it had', async () => {
    const policy = { onUnavailable: 'anonymous' } as const
    const { app, events } = await serve(policy, { rolling: true, cookie: SECURE, proxy: true })
    await using _ = app
    const ada = app.visitor()
    const https = { headers: { 'x-forwarded-proto': 'https' } }
    const before = (await ada.get('/login', https)).cookies
    const frozen = await servers.freeze()
    const { status, body, cookies } = await ada.get('/user', https)
    await frozen.end()
    expect([status, body]).toEqual([200, null])
    const attributes = (header = '') => header.replace(/Expires=[^;]*/, 'Expires')
    expect(cookies.map(attributes)).toEqual(before.map(attributes))
    expect(await ada.get('/user', https)).toMatchObject({ body: 'ada' })
    expect(events).toEqual([])
  })
})

describe('a regenerate that Redis refuses', () => {
  async function regenerate(path: string) {
    const sessionOptions = { saveUninitialized: true, rolling: true, cookie: { maxAge: 3_600_000 } }
    const { app } = await serve({}, sessionOptions)
    await using _ = app
    const ada = app.visitor()
    // Deadlines this short can pass on a busy machine, with Redis well.
    await expect.poll(async () => (await ada.get('/login')).status).toBe(200)
    const { cookie } = ada
    const { status, body } = await ada.get(path)
    await refuseWrites(false)
    expect(ada.cookie).toBe(cookie)
    await expect.poll(async () => (await ada.get('/user')).status).toBe(200)
    return { status, body, user: await ada.body('/user') }
  }

  test('is an error, and the browser keeps its session', async () => {
    expect(await regenerate('/regenerate')).toEqual({
      status: 500,
      body: { code: 'DISREDIS_SESSION_UNAVAILABLE' },
      user: 'ada',
    })
  })

  test('gives who ignores the error no session to log in to', async () => {
    expect(await regenerate('/regenerate-carelessly')).toEqual({
      status: 500,
      body: { code: 'DISREDIS_SESSION_UNAVAILABLE' },
      user: 'ada',
    })
  })

  test('fails a login, which may be tried again', async () => {
    expect(await regenerate('/login-refused')).toEqual({
      status: 500,
      body: { code: 'DISREDIS_SESSION_UNAVAILABLE' },
      user: 'ada',
    })
  })
})
