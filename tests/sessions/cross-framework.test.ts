import { randomUUID } from 'node:crypto'
import { EventEmitter, once } from 'node:events'
import { Disredis } from '@disredis/client'
import { type Fleet, startFleet } from '@disredis/fleet'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type SessionApp, serveExpress, serveFastify } from './cross-framework-apps.js'

const RACES = 200

let fleet: Fleet
beforeAll(async () => {
  fleet = await startFleet({ masters: 3, replicas: 0, sentinels: 1, downAfter: 60_000 })
  return () => fleet.close()
})

/** One browser that talks to both applications: cookies know hosts, not ports. */
class Browser {
  cookie: string | undefined

  constructor(cookie?: string) {
    this.cookie = cookie
  }

  async get(app: SessionApp, path: string): Promise<unknown> {
    const headers = this.cookie === undefined ? {} : { cookie: `sid=${this.cookie}` }
    const response = await fetch(`${app.url}${path}`, { headers })
    const body: unknown = await response.json()
    if (response.status !== 200) throw new Error(`${response.status} ${JSON.stringify(body)}`)
    for (const line of response.headers.getSetCookie()) {
      this.cookie = /^sid=([^;]+)/.exec(line)?.[1] ?? this.cookie
    }
    return body
  }
}

describe.each<[string, () => { disconnect(): void } & (Disredis | Redis)]>([
  ['a Disredis client over three shards', () => new Disredis({ sentinels: fleet.sentinels })],
  ['a plain ioredis', () => new Redis({ ...fleet.master('shard-1').address })],
])('Express and Fastify on %s', (_, connect) => {
  const gate = new EventEmitter()
  let client: ReturnType<typeof connect>
  let inExpress: SessionApp
  let inFastify: SessionApp
  beforeAll(async () => {
    client = connect()
    const options = { connection: { client }, prefix: `${randomUUID()}:`, gate }
    inExpress = await serveExpress(options)
    inFastify = await serveFastify(options)
  })
  afterAll(async () => {
    await inExpress.close()
    await inFastify.close()
    client.disconnect()
  })
  const both = (): [string, SessionApp, SessionApp][] => [
    ['from Express to Fastify', inExpress, inFastify],
    ['from Fastify to Express', inFastify, inExpress],
  ]

  test('a session that begins in one goes on in the other, and back', async () => {
    for (const [way, one, other] of both()) {
      const browser = new Browser()
      await browser.get(one, '/set?color=red')
      expect(await browser.get(other, '/get'), way).toEqual({ color: 'red' })
      await browser.get(other, '/set?size=4')
      expect(await browser.get(one, '/get'), way).toEqual({ color: 'red', size: '4' })
      await browser.get(one, '/set?color=blue')
      expect(await browser.get(other, '/get'), way).toEqual({ color: 'blue', size: '4' })
    }
  })

  test('a login in one is a login in the other, and so is a logout', async () => {
    for (const [way, one, other] of both()) {
      const browser = new Browser()
      await browser.get(one, '/set?color=red')
      const before = browser.cookie
      await browser.get(one, '/login?id=ada')
      expect(await browser.get(other, '/get'), way).toEqual({ userId: 'ada' })
      expect(await new Browser(before).get(other, '/get'), way).toEqual({})
      const loggedIn = browser.cookie
      await browser.get(other, '/logout')
      expect(await new Browser(loggedIn).get(one, '/get'), way).toEqual({})
    }
  })

  test('to log out everywhere is to log out of both', async () => {
    for (const [way, one, other] of both()) {
      const [phone, laptop] = [new Browser(), new Browser()]
      await phone.get(one, '/login?id=bob')
      await laptop.get(other, '/login?id=bob')
      await phone.get(one, '/logout-everywhere')
      for (const browser of [phone, laptop]) {
        expect(await browser.get(one, '/get'), way).toEqual({})
        expect(await browser.get(other, '/get'), way).toEqual({})
      }
    }
  })

  test('one logs out while a request of the other is under way: it stays so', async () => {
    for (const [way, one, other] of both()) {
      const browser = new Browser()
      await browser.get(one, '/login?id=ada')
      const { cookie } = browser
      const underWay = once(gate, 'under way')
      const slow = new Browser(cookie).get(other, '/slow?color=red')
      await underWay
      await new Browser(cookie).get(one, '/logout')
      gate.emit('go on')
      await slow
      expect(await new Browser(cookie).get(one, '/get'), way).toEqual({})
      expect(await new Browser(cookie).get(other, '/get'), way).toEqual({})
    }
  })

  test(`requests of both change different fields at once: all survive (${RACES} times)`, async () => {
    for (let i = 0; i < RACES; i++) {
      const browser = new Browser()
      await browser.get(i % 2 === 0 ? inExpress : inFastify, '/set?color=none')
      await Promise.all([
        new Browser(browser.cookie).get(inExpress, '/set?color=red'),
        new Browser(browser.cookie).get(inFastify, `/set?size=${i}`),
      ])
      expect(await browser.get(inFastify, '/get')).toEqual({ color: 'red', size: `${i}` })
    }
  })

  test('they do not rewrite a session in turn when nothing changes in it', async () => {
    for (const [way, one, other] of both()) {
      const browser = new Browser()
      await browser.get(one, '/set?color=red')
      // The cookie may get the other one's attributes, once.
      await browser.get(other, '/get')
      const written = () =>
        [one, other].map(({ counters: { created, updated, touched } }) => [
          created,
          updated,
          touched,
        ])
      const before = written()
      for (const app of [one, other, one, other]) {
        expect(await browser.get(app, '/get'), way).toEqual({ color: 'red' })
      }
      expect(written(), way).toEqual(before)
    }
  })
})
