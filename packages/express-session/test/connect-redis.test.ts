import { type ContractServers, startContractServers } from '@disredis/session-contract'
import { RedisStore } from 'connect-redis'
import type { Store } from 'express-session'
import { createClient } from 'redis'
import { beforeAll, describe, expect, test } from 'vitest'
import { DisredisStore } from '../src/index.js'
import { serveWebApp, type Visitor, type WebApp } from './support/web-app.js'
import './support/session-data.js'

let servers: ContractServers
beforeAll(async () => {
  servers = await startContractServers({ masters: 1 })
  return () => servers[Symbol.asyncDispose]()
})

/** The same application, whatever keeps its sessions. */
function serve(store: Store): Promise<WebApp> {
  return serveWebApp({
    store,
    cookie: { maxAge: 3_600_000 },
    routes: (it) => {
      it.get('/login', (req, res, next) => {
        req.session.regenerate((error) => {
          if (error) return next(error)
          req.session.userId = 'ada'
          res.json('welcome')
        })
      })
      it.get('/logout', (req, res, next) => {
        req.session.destroy((error) => (error ? next(error) : res.json('bye')))
      })
      it.get('/view', (req, res) => {
        req.session.views = (req.session.views ?? 0) + 1
        res.json(req.session.views)
      })
      it.get('/who', (req, res) => {
        const { userId, views } = req.session
        res.json({ userId, views })
      })
    },
  })
}

interface Deployment extends AsyncDisposable {
  /** ContractServers of connect-redis with node-redis, and servers of this store. */
  readonly before: WebApp
  readonly after: WebApp
  readonly store: DisredisStore
  /** One visitor, whom a load balancer sends here and there. */
  at(app: WebApp, visitor: Visitor): Visitor
}

async function deploy(mode: 'share' | 'replace'): Promise<Deployment> {
  const { host, port } = servers.fleet.master('shard-1').address
  const client = createClient({ socket: { host, port } })
  await client.connect()
  const before = await serve(new RedisStore({ client }))
  const store = new DisredisStore({ client: servers.ioredis(), connectRedis: { mode } })
  const after = await serve(store)
  return {
    before,
    after,
    store,
    at: (app, { cookie }) => app.visitor(cookie),
    async [Symbol.asyncDispose]() {
      await before[Symbol.asyncDispose]()
      await after[Symbol.asyncDispose]()
      await client.close()
    },
  }
}

describe('step 1, share: servers of both kinds side by side', () => {
  test('serve the same sessions, and see what the other one changed', async () => {
    await using deployment = await deploy('share')
    const { before, after, at } = deployment
    const ada = before.visitor()
    await ada.get('/login')
    expect(await at(after, ada).body('/who')).toEqual({ userId: 'ada' })
    expect(await at(after, ada).body('/view')).toBe(1)
    expect(await ada.body('/view')).toBe(2)
    expect(await at(after, ada).body('/who')).toEqual({ userId: 'ada', views: 2 })
  })

  test('a login at a new server is one at an old server', async () => {
    await using deployment = await deploy('share')
    const { before, after, at } = deployment
    const ada = after.visitor()
    await ada.get('/login')
    expect(await at(before, ada).body('/who')).toMatchObject({ userId: 'ada' })
    expect(await at(before, ada).body('/view')).toBe(1)
    expect(await ada.body('/who')).toEqual({ userId: 'ada', views: 1 })
  })

  test.each(['before', 'after'] as const)('a logout counts at both: %s', async (where) => {
    await using deployment = await deploy('share')
    const { before, after, at } = deployment
    const ada = before.visitor()
    await ada.get('/login')
    await at(after, ada).body('/view')
    const { cookie } = ada
    await at(deployment[where], ada).get('/logout')
    expect(await before.visitor(cookie).body('/who')).toEqual({})
    expect(await after.visitor(cookie).body('/who')).toEqual({})
  })
})

describe('step 2, replace: no old server is left', () => {
  test('sessions of the old servers go on and change their layout', async () => {
    await using deployment = await deploy('replace')
    const { before, after, at, store } = deployment
    const ada = before.visitor()
    await ada.get('/login')
    const moved = at(after, ada)
    expect(await moved.body('/who')).toEqual({ userId: 'ada' })
    expect(await moved.body('/view')).toBe(1)
    expect(await moved.body('/who')).toEqual({ userId: 'ada', views: 1 })
    expect(store.counters.migrated).toBe(1)
    // Now it has all that other sessions have.
    expect(await store.listSessions('ada')).toHaveLength(1)
    await store.logoutEverywhere('ada')
    expect(await moved.body('/who')).toEqual({})
  })

  test('an old server that is left sees no session, and no error', async () => {
    await using deployment = await deploy('replace')
    const { before, after, at } = deployment
    const ada = before.visitor()
    await ada.get('/login')
    await at(after, ada).get('/view')
    expect(await ada.get('/who')).toMatchObject({ status: 200, body: {} })
  })
})
