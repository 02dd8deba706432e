import { deepEqual, equal } from 'node:assert/strict'
import type { Bench } from '../bench.js'
import type { Suite } from '../suite.js'

const CONCURRENT = 100

/** The same overlaps, but Redis and the event loop decide the order. */
export function raceCases({ describe, race }: Suite): void {
  describe('races', () => {
    race('overlapping requests change different fields: both survive', async (bench, i) => {
      const one = bench.browser()
      await one.result('/set?n=1')
      const gate = `fields-${i}`
      const both = ['mine', 'theirs'].map((field) =>
        one.fork().result(`/slow?gate=${gate}&${field}=1`),
      )
      await bench.gates.arrived(gate, 2)
      bench.gates.open(gate)
      await Promise.all(both)
      deepEqual(await one.result('/get'), { n: '1', mine: '1', theirs: '1' })
    })

    race('a slow request ends around a logout: logged out', async (bench, i) => {
      const one = await bench.loggedIn(`logout-${i}`)
      const [slow, quick] = [one.fork(), one.fork()]
      const gate = `logout-${i}`
      const waiting = slow.get(`/slow?gate=${gate}&n=1`)
      await bench.gates.arrived(gate, 1)
      const leaving = quick.result('/logout')
      // In half of the runs the logout is over before the slow request goes on.
      if (i % 2 === 0) await leaving
      bench.gates.open(gate)
      await leaving
      equal((await waiting).status, 200)
      for (const browser of [one, slow, quick]) await expectLoggedOut(browser)
    })

    race(`revokeUser during ${CONCURRENT} concurrent requests: none gets in`, async (bench, i) => {
      const user = `revoked-${i}`
      const one = await bench.loggedIn(user)
      const gate = `revoke-${i}`
      const browsers = Array.from({ length: CONCURRENT }, () => one.fork())
      const paths = ['/get', '/set?n=1', `/slow?gate=${gate}&n=2`, `/slow-regenerate?gate=${gate}`]
      const requests = browsers.map((browser, k) => browser.get(paths[k % paths.length] ?? ''))
      const revoked = bench.peer.revokeUser(user)
      bench.gates.open(gate)
      await revoked
      // Requests that begin now, while others are still under way.
      const late = Array.from({ length: 4 }, () => one.fork())
      for (const browser of late) await expectLoggedOut(browser)
      for (const { status } of await Promise.all(requests)) equal(status, 200)
      // With whichever cookie they ended up.
      const cookies = new Set(browsers.map(({ cookie }) => cookie))
      for (const cookie of cookies) await expectLoggedOut(bench.browser(cookie))
    })

    race('a session is regenerated during a save: no old id lives', async (bench, i) => {
      const one = bench.browser()
      await one.result('/set?kept=1')
      const id = await bench.idOf(one)
      const gate = `regenerate-${i}`
      const [saving, regenerating] = [one.fork(), one.fork()]
      const both = [
        saving.get(`/slow?gate=${gate}&n=1`),
        regenerating.get(`/slow-regenerate?gate=${gate}`),
      ]
      await bench.gates.arrived(gate, 2)
      bench.gates.open(gate)
      for (const { status } of await Promise.all(both)) equal(status, 200)
      equal(await bench.peer.get(id), undefined)
      deepEqual(await one.result('/get'), {})
      const { kept } = (await regenerating.result('/get')) as { kept?: string }
      equal(kept, '1')
    })
  })
}

async function expectLoggedOut(browser: ReturnType<Bench['browser']>): Promise<void> {
  const body = (await browser.result('/whoami')) as { user: string | null }
  equal(body.user, null)
}
