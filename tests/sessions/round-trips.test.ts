import { randomUUID } from 'node:crypto'
import { EventEmitter } from 'node:events'
import { Disredis } from '@disredis/client'
import { startFleet } from '@disredis/fleet'
import { beforeAll, describe, expect, test } from 'vitest'
import { type SessionApp, serveExpress, serveFastify } from './cross-framework-apps.js'
import { HoldingProxy } from './holding-proxy.js'

let client: Disredis
let proxies: HoldingProxy[]
beforeAll(async () => {
  const fleet = await startFleet({ masters: 3, replicas: 0, sentinels: 1, downAfter: 60_000 })
  const addresses = fleet.masters.map((name) => fleet.master(name).address)
  proxies = await Promise.all(addresses.map((address) => HoldingProxy.before(address)))
  const natMap = Object.fromEntries(
    addresses.map(({ host, port }, i) => [`${host}:${port}`, proxies[i]!.address]),
  )
  client = await Disredis.connect({ sentinels: fleet.sentinels, natMap })
  return async () => {
    await client.close()
    await Promise.all(proxies.map((proxy) => proxy.close()))
    await fleet.close()
  }
})

const sent = () => proxies.flatMap(({ commands }) => commands).sort()

/**
 * Makes a request and lets no reply of Redis through before `first` has been sent; then all of them.
 *
 * @returns what was sent after that
 */
async function request(url: string, cookie: string, first: readonly string[]) {
  for (const proxy of proxies) {
    proxy.commands.length = 0
    proxy.hold()
  }
  const answer = fetch(url, { headers: { cookie } })
  let isAnswered = false
  void answer.then(() => {
    isAnswered = true
  })
  try {
    await expect.poll(sent).toEqual([...first].sort())
    expect(isAnswered).toBe(false)
  } finally {
    for (const proxy of proxies) {
      proxy.commands.length = 0
      proxy.letGo()
    }
  }
  const response = await answer
  return { status: response.status, body: await response.json(), sentAfterwards: sent() }
}

async function cookieOf(url: string): Promise<string> {
  const response = await fetch(url)
  await response.text()
  return response.headers.getSetCookie().at(-1)?.split(';', 1)[0] ?? ''
}

describe.each<[string, (prefix: string) => Promise<SessionApp>]>([
  [
    'Express',
    (prefix) => serveExpress({ connection: { client }, prefix, gate: new EventEmitter() }),
  ],
  [
    'Fastify',
    (prefix) => serveFastify({ connection: { client }, prefix, gate: new EventEmitter() }),
  ],
])('%s on three shards', (_, serve) => {
  let app: SessionApp
  beforeAll(async () => {
    app = await serve(`${randomUUID()}:`)
    return () => app.close()
  })
  const nothing: string[] = []

  test('an unchanged session: one command, and no other round trip', async () => {
    const cookie = await cookieOf(`${app.url}/set?color=red`)
    expect(await request(`${app.url}/get`, cookie, ['hmget'])).toEqual({
      status: 200,
      body: { color: 'red' },
      sentAfterwards: nothing,
    })
  })

  test('that of a user: the epoch is asked for at the same time, on another shard', async () => {
    // Wherever session and user live: together on one shard, or apart.
    for (let i = 0; i < 12; i++) {
      const cookie = await cookieOf(`${app.url}/login?id=user-${i}`)
      expect(await request(`${app.url}/get`, cookie, ['hmget', 'zscore'])).toEqual({
        status: 200,
        body: { userId: `user-${i}` },
        sentAfterwards: nothing,
      })
    }
  })

  test('a changed one: one more, to write it', async () => {
    const cookie = await cookieOf(`${app.url}/login?id=ada`)
    expect(await request(`${app.url}/set?color=blue`, cookie, ['hmget', 'zscore'])).toEqual({
      status: 200,
      body: { userId: 'ada', color: 'blue' },
      sentAfterwards: ['evalsha'],
    })
  })

  test('a process that sees a user’s session for the first time asks twice', async () => {
    const prefix = `${randomUUID()}:`
    const [one, other] = [await serve(prefix), await serve(prefix)]
    const cookie = await cookieOf(`${one.url}/login?id=ada`)
    const first = await request(`${other.url}/get`, cookie, ['hmget'])
    expect(first).toMatchObject({ body: { userId: 'ada' }, sentAfterwards: ['zscore'] })
    const second = await request(`${other.url}/get`, cookie, ['hmget', 'zscore'])
    expect(second).toMatchObject({ body: { userId: 'ada' }, sentAfterwards: nothing })
    await one.close()
    await other.close()
  })
})
