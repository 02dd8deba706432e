import { beforeAll, describe, expect, test } from 'vitest'
import { SessionStore } from '../src/index.js'
import { countCommands } from './support/count-commands.js'
import { type Servers, startServers } from './support/servers.js'
import { newId } from './support/session-ids.js'

let servers: Servers
beforeAll(async () => {
  servers = await startServers()
  return () => servers[Symbol.asyncDispose]()
})

const DAY = 86_400_000
const cookie = (originalMaxAge: number, path = '/') => ({ originalMaxAge, path })

async function prepare(touchAfter?: number) {
  const { client, sent } = countCommands(servers.ioredis())
  const prefix = `${newId()}:`
  const store = new SessionStore({
    client,
    prefix,
    deadline: 30_000,
    ...(touchAfter !== undefined && { touchAfter }),
  })
  const id = newId()
  await store.set(id, { n: 1, cookie: cookie(DAY) })
  sent.length = 0
  return { store, id, sent, prefix, raw: servers.ioredis() }
}

describe('round trips', () => {
  test('an unchanged session costs one in all: load, save or touch', async () => {
    const { store, id, sent } = await prepare()
    const loaded = await store.get(id)
    const session = { ...loaded?.data, cookie: loaded?.cookie }
    const saved = await store.set(id, session, { from: loaded?.handle })
    const touched = await store.touch(id, session, { from: saved.handle })
    expect([saved.outcome, touched.outcome]).toEqual(['unchanged', 'unchanged'])
    expect(sent).toEqual(['hmget'])
  })

  test('get, set, touch and destroy are one each', async () => {
    const { store, id, sent } = await prepare(0)
    const warm = newId()
    const { handle } = await store.set(warm, { n: 1 })
    await store.touch(warm, { n: 1 }, { from: handle })
    await store.destroy(warm)
    sent.length = 0
    const loaded = await store.get(id)
    const updated = await store.set(id, { n: 2, cookie: cookie(DAY) }, { from: loaded?.handle })
    const touched = await store.touch(id, { n: 2, cookie: cookie(DAY) }, { from: updated.handle })
    await store.destroy(id)
    expect([updated.outcome, touched.outcome]).toEqual(['updated', 'touched'])
    expect(sent).toEqual(['hmget', 'evalsha', 'evalsha', 'evalsha'])
  })

  test('the first script on a server is sent in full, also after the server lost it', async () => {
    const { store, id, sent, raw } = await prepare()
    await raw.script('FLUSH')
    await store.set(id, { n: 3 })
    expect(sent.slice(0, 2)).toEqual(['evalsha', 'eval'])
    expect((await store.get(id))?.data).toEqual({ n: 3 })
  })
})

describe('what is written of an unchanged session', () => {
  test('its expiry, once touchAfter has passed', async () => {
    const { store, id, raw, prefix } = await prepare(20)
    const [key = ''] = await raw.keys(`${prefix}*`)
    await raw.pexpire(key, 60_000)
    const loaded = await store.get(id)
    await expect
      .poll(async () => {
        const session = { n: 1, cookie: cookie(DAY) }
        return (await store.set(id, session, { from: loaded?.handle })).outcome
      })
      .toBe('touched')
    expect(await raw.pttl(key)).toBeGreaterThan(60_000)
  })

  test('changed cookie metadata, at once and without a new version', async () => {
    const { store, id } = await prepare()
    const loaded = await store.get(id)
    const session = { n: 1, cookie: cookie(DAY / 2, '/app') }
    const touched = await store.touch(id, session, { from: loaded?.handle })
    expect(touched.outcome).toBe('touched')
    expect((await store.get(id))?.cookie).toMatchObject({ originalMaxAge: DAY / 2, path: '/app' })
    // Another request that loaded it before still has the newest data.
    const saved = await store.set(id, { n: 2, cookie: cookie(DAY) }, { from: loaded?.handle })
    expect(saved.outcome).toBe('updated')
  })

  test('a save of data does not take back the cookie that another request has changed', async () => {
    const { store, id } = await prepare()
    const [one, two] = [await store.get(id), await store.get(id)]
    await store.touch(id, { cookie: cookie(DAY / 2) }, { from: one?.handle })
    const saved = await store.set(id, { n: 2, cookie: cookie(DAY) }, { from: two?.handle })
    expect(saved.outcome).toBe('updated')
    expect(await store.get(id)).toMatchObject({
      data: { n: 2 },
      cookie: { originalMaxAge: DAY / 2 },
    })
  })

  test('a touch without a handle writes what it is given', async () => {
    const { store, id } = await prepare()
    expect((await store.touch(id, { cookie: cookie(DAY / 4) })).outcome).toBe('touched')
    const loaded = await store.get(id)
    expect(loaded).toMatchObject({ data: { n: 1 }, cookie: { originalMaxAge: DAY / 4 } })
    expect((await store.touch(newId(), {})).outcome).toBe('gone')
  })
})
