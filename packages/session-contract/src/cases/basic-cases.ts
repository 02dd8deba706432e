import { deepEqual, equal, notEqual, ok } from 'node:assert/strict'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { OPERATION_CHANNEL } from '@disredis/session-store'
import { newId } from '../bench.js'
import { signedCookie } from '../browser.js'
import type { Suite } from '../suite.js'
import { until } from '../until.js'

const DAY = 86_400_000

/** Create, load, change, expire, end: one browser at a time. */
export function basicCases({ client, describe, test }: Suite): void {
  describe('a session', () => {
    test('is not stored until something is in it', async ({ browser, peer }) => {
      const { cookie, body } = await browser().get('/get')
      deepEqual([cookie, body], [undefined, {}])
      equal(await peer.count(), 0)
    })

    test('is found again by its cookie, changes, and ends', async ({ browser, peer }) => {
      const one = browser()
      const { cookie } = await one.get('/set?color=red&size=4')
      ok(cookie)
      deepEqual(await one.result('/get'), { color: 'red', size: '4' })
      await one.result('/set?color=blue')
      await one.result('/remove?field=size')
      deepEqual(await one.result('/get'), { color: 'blue' })
      deepEqual(await browser().result('/get'), {})
      await one.result('/logout')
      deepEqual(await browser(cookie).result('/get'), {})
      equal(await peer.count(), 0)
    })

    test('is in the layout that all frameworks share', async ({ browser, peer, idOf, keyOf }) => {
      const one = browser()
      await one.result('/set?color=red')
      const id = await idOf(one)
      const { d, c } = await client().hgetall(keyOf(id))
      equal(d, '{"color":"red"}')
      equal((JSON.parse(c ?? '') as { path: string }).path, '/')
      const written = await peer.get(id)
      deepEqual(written?.data, { color: 'red' })

      const other = newId()
      await peer.set(other, { size: 4, cookie: { originalMaxAge: null } })
      const two = browser(signedCookie(other))
      deepEqual(await two.result('/get'), { size: 4 })
      await two.result('/set?color=blue')
      deepEqual((await peer.get(other))?.data, { size: 4, color: 'blue' })
    })

    test('is saved when the handler asks for it, and again at the end', async (bench) => {
      const one = bench.browser()
      await one.result('/save?color=red')
      await one.result('/save?color=blue')
      deepEqual(await one.result('/get'), { color: 'blue' })
    })

    test('of a handler that throws belongs to nobody else', async ({ browser }) => {
      const one = browser()
      await one.result('/set?color=red')
      const { status, body } = await one.get('/throw')
      deepEqual([status, body], [500, { code: 'THROWN' }])
      equal(((await one.result('/get')) as { color: string }).color, 'red')
      deepEqual(await browser().result('/get'), {})
    })

    test('gets a new id when it is regenerated, and the old one is dead', async (bench) => {
      const one = bench.browser()
      await one.result('/set?kept=1&dropped=1')
      const before = one.cookie
      const idBefore = await bench.idOf(one)
      await one.result('/regenerate')
      notEqual(one.cookie, before)
      notEqual(await bench.idOf(one), idBefore)
      deepEqual(await one.result('/get'), { kept: '1' })
      deepEqual(await bench.browser(before).result('/get'), {})
      // Nobody can bring the old id back to life, with a cookie that is still valid.
      await bench.browser(before).result('/set?evil=1')
      equal(await bench.peer.get(idBefore), undefined)
    })

    test('is told on the diagnostics channel without ids and data', async (bench) => {
      const events: unknown[] = []
      const listen = (event: unknown) => events.push(event)
      subscribe(OPERATION_CHANNEL, listen)
      const one = bench.browser()
      let id: string
      try {
        await one.result('/set?color=hunter2')
        id = await bench.idOf(one)
        await one.result('/logout')
      } finally {
        unsubscribe(OPERATION_CHANNEL, listen)
      }
      const told = events.map((event) => (event as { operation: string }).operation)
      for (const operation of ['get', 'set', 'destroy']) ok(told.includes(operation), operation)
      const text = JSON.stringify(events)
      ok(!text.includes(id) && !text.includes('hunter2') && !text.includes(one.cookie ?? '-'))
      const { created, hits, destroyed } = bench.app.counters
      deepEqual([created, hits > 0, destroyed], [1, true, 1])
    })
  })

  describe('expiry', () => {
    const life = async (bench: Parameters<Parameters<typeof test>[1]>[0]) => {
      const one = bench.browser()
      await one.result('/set?color=red')
      return client().pttl(bench.keyOf(await bench.idOf(one)))
    }
    const isAbout = (ttl: number, ms: number) => ok(ttl > ms - 60_000 && ttl <= ms, `${ttl} ms`)

    test('comes from the cookie', async (bench) => isAbout(await life(bench), DAY / 2), {
      maxAge: DAY / 2,
    })
    test('is a day without a maxAge', async (bench) => isAbout(await life(bench), DAY))
    test('is at most idleTimeout', async (bench) => isAbout(await life(bench), DAY / 4), {
      maxAge: DAY / 2,
      policy: { idleTimeout: DAY / 4 },
    })
    test('is at most absoluteTimeout', async (bench) => isAbout(await life(bench), DAY / 8), {
      maxAge: DAY / 2,
      policy: { absoluteTimeout: DAY / 8 },
    })

    test(
      'after 5 ms means after 5 ms',
      async ({ browser, peer }) => {
        const one = browser()
        const { status, cookie } = await one.get('/set?color=red')
        deepEqual([status, cookie !== undefined], [200, true])
        await until('the session is gone', async () => (await peer.count()) === 0)
        deepEqual(await one.result('/get'), {})
      },
      { maxAge: 5 },
    )

    test(
      'changes with the cookie alone',
      async (bench) => {
        const one = bench.browser()
        await one.result('/set?color=red')
        const id = await bench.idOf(one)
        await one.result(`/max-age?ms=${DAY / 4}`)
        equal((await bench.peer.get(id))?.cookie.originalMaxAge, DAY / 4)
        isAbout(await client().pttl(bench.keyOf(id)), DAY / 4)
        deepEqual(await one.result('/get'), { color: 'red' })
      },
      { maxAge: DAY / 2 },
    )

    test(
      'moves on with use, written at most every touchAfter',
      async (bench) => {
        const one = bench.browser()
        await one.result('/set?color=red')
        const touched = bench.app.counters.touched
        await until('a request prolongs the session', async () => {
          await one.result('/get')
          return bench.app.counters.touched > touched
        })
      },
      { maxAge: DAY / 2, policy: { touchAfter: 20 } },
    )

    test(
      'of an unchanged session is not written again and again',
      async (bench) => {
        const one = bench.browser()
        await one.result('/set?color=red')
        const { created, updated, touched } = bench.app.counters
        for (let i = 0; i < 10; i++) deepEqual(await one.result('/get'), { color: 'red' })
        const after = bench.app.counters
        deepEqual([after.created, after.updated, after.touched], [created, updated, touched])
      },
      { maxAge: DAY / 2 },
    )
  })

  describe('sessions of connect-redis', () => {
    test(
      'are found and replaced: nobody is logged out',
      async ({ browser, peer, prefix }) => {
        const id = newId()
        const cookie = { originalMaxAge: null, expires: null, httpOnly: true, path: '/' }
        await client().set(`${prefix}${id}`, JSON.stringify({ cookie, user: 'ada', n: 1 }))
        const one = browser(signedCookie(id))
        deepEqual(await one.result('/get'), { user: 'ada', n: 1 })
        await one.result('/set?color=red')
        equal(await client().exists(`${prefix}${id}`), 0)
        deepEqual(await one.result('/get'), { user: 'ada', n: 1, color: 'red' })
        equal((await peer.listUserSessions('ada')).length, 1)
      },
      { policy: { connectRedis: { mode: 'replace' } } },
    )
  })
}
