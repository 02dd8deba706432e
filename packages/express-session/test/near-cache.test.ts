import { type ContractServers, startContractServers } from '@disredis/session-contract'
import { beforeAll, expect, test } from 'vitest'
import { DisredisStore } from '../src/index.js'
import { serveWebApp } from './support/web-app.js'
import './support/session-data.js'

let servers: ContractServers
beforeAll(async () => {
  servers = await startContractServers({ masters: 1 })
  return () => servers[Symbol.asyncDispose]()
})

test('requests of an unchanged session load nothing, and a route may ask for what Redis has', async () => {
  const { fleet } = servers
  const loads = async () => {
    const stats = String(await fleet.master().command('INFO', 'commandstats'))
    return Number(/^cmdstat_hmget:calls=(\d+)/m.exec(stats)?.[1] ?? 0)
  }
  const store = new DisredisStore({ sentinels: fleet.sentinels, nearCache: { maxAge: 60_000 } })
  await using app = await serveWebApp({
    store,
    routes: (it) => {
      it.get('/login', async (req, res) => {
        await store.login(req, 'ada')
        res.json('welcome')
      })
      it.get('/user', (req, res) => {
        res.json(req.session.userId ?? null)
      })
      it.get('/fresh', store.fresh(), (req, res) => {
        res.json(req.session.userId ?? null)
      })
    },
  })
  const ada = app.visitor()
  await ada.get('/login')
  const read = async (path: string) => {
    const before = await loads()
    expect(await ada.body(path)).toBe('ada')
    return (await loads()) - before
  }
  // A master that gets no time looks silent, and what is kept of it is dropped.
  await expect.poll(() => read('/user'), { timeout: 20_000 }).toBe(0)
  expect(await read('/fresh')).toBe(1)
  expect(await read('/fresh')).toBe(1)
  // Whoever has no session yet has none to load.
  expect(await app.visitor().body('/fresh')).toBeNull()
})
