import { deepEqual, equal } from 'node:assert/strict'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import {
  type ConflictPolicy,
  OPERATION_CHANNEL,
  type SessionOperationEvent,
} from '@disredis/session-store'
import type { Bench } from '../bench.js'
import type { Suite } from '../suite.js'

/** Requests that overlap: each step is taken by hand, at gates. */
export function overlapCases({ describe, test }: Suite): void {
  describe('two requests of one session overlap', () => {
    /** A request is under way while another one is made and answered. */
    async function overlap({ browser, gates }: Bench, slow: string, quick: string) {
      const one = browser()
      await one.result('/set?n=1')
      const { cookie } = one
      const waiting = browser(cookie).get(slow)
      await gates.arrived('a', 1)
      await browser(cookie).result(quick)
      gates.open('a')
      const answer = await waiting
      return { answer, now: await browser(cookie).result('/get') }
    }

    test('and change different fields: both changes survive', async (bench) => {
      const { answer, now } = await overlap(bench, '/slow?gate=a&mine=1', '/set?theirs=1')
      equal(answer.status, 200)
      deepEqual(now, { n: '1', mine: '1', theirs: '1' })
    })

    test('and change the same field: the later one wins', async (bench) => {
      const { now } = await overlap(bench, '/slow?gate=a&n=2', '/set?n=3')
      deepEqual(now, { n: '2' })
    })

    test('and one removes what the other leaves alone: it stays removed', async (bench) => {
      const { now } = await overlap(bench, '/slow?gate=a&mine=1', '/remove?field=n')
      deepEqual(now, { mine: '1' })
    })

    test('and one only reads: it takes nothing back', async (bench) => {
      const { now } = await overlap(bench, '/slow?gate=a', '/set?n=3')
      deepEqual(now, { n: '3' })
    })

    test('and one logs out: the other one saves nothing, and does not fail', async (bench) => {
      const { answer, now } = await overlap(bench, '/slow?gate=a&mine=1', '/logout')
      equal(answer.status, 200)
      deepEqual(now, {})
      equal(await bench.peer.count(), 0)
    })

    test('and one regenerates: the old id stays dead', async (bench) => {
      const { answer, now } = await overlap(bench, '/slow?gate=a&mine=1', '/regenerate')
      equal(answer.status, 200)
      deepEqual(now, {})
    })

    test('and one logs out while the other regenerates: nobody is logged in', async (bench) => {
      const { browser, gates } = bench
      const one = await bench.loggedIn('ada')
      const { cookie } = one
      const slow = browser(cookie)
      const waiting = slow.get('/slow-regenerate?gate=a')
      await gates.arrived('a', 1)
      await browser(cookie).result('/logout')
      gates.open('a')
      await waiting
      deepEqual(await slow.result('/get'), {})
      deepEqual(await browser(cookie).result('/get'), {})
    })
  })

  describe('the conflict policy', () => {
    async function conflict({ browser, gates }: Bench, field: string) {
      const one = browser()
      await one.result('/set?n=1')
      const waiting = browser(one.cookie).get(`/slow-save?gate=a&${field}=2`)
      await gates.arrived('a', 1)
      await browser(one.cookie).result('/set?n=3')
      gates.open('a')
      const { status, body } = await waiting
      return { status, body, now: await browser(one.cookie).result('/get') }
    }
    const refused = { status: 500, body: { code: 'DISREDIS_SESSION_CONFLICT' }, now: { n: '3' } }
    const of = (policy: ConflictPolicy) => ({ policy: { conflict: policy } })

    test(
      'error refuses every write in between',
      async (bench) => deepEqual(await conflict(bench, 'other'), refused),
      of('error'),
    )
    test(
      'retry refuses the same field',
      async (bench) => deepEqual(await conflict(bench, 'n'), refused),
      of('retry'),
    )
    test(
      'retry goes on with different fields',
      async (bench) => deepEqual((await conflict(bench, 'other')).now, { n: '3', other: '2' }),
      of('retry'),
    )
    test(
      'last-write replaces the session',
      async (bench) => deepEqual((await conflict(bench, 'other')).now, { n: '1', other: '2' }),
      of('last-write'),
    )
  })

  describe('a locked route', () => {
    test('is in one request at a time', async ({ browser, app }) => {
      const one = browser()
      await one.result('/set?count=0')
      const { cookie } = one
      await Promise.all(Array.from({ length: 10 }, () => browser(cookie).result('/locked-count')))
      equal(((await one.result('/get')) as { count: number }).count, 10)
      equal(app.counters.conflicts, 0)
    })

    test('is left by a client that goes away: others come in, and it writes nothing', async (bench) => {
      const { browser, gates } = bench
      const one = browser()
      await one.result('/set?count=0')
      const refused = new Promise<void>((resolve) => {
        const listen = (event: unknown) => {
          if ((event as SessionOperationEvent).errorCode !== 'DISREDIS_SESSION_LOCK') return
          unsubscribe(OPERATION_CHANNEL, listen)
          resolve()
        }
        subscribe(OPERATION_CHANNEL, listen)
      })
      await one.fork().leave('/locked-slow?gate=left', gates.arrived('left', 1))
      await one.result('/locked-count')
      gates.open('left')
      await refused
      deepEqual(await one.result('/get'), { count: 1 })
    })
  })
}
