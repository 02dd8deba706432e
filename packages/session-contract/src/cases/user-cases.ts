import { deepEqual, equal, notEqual } from 'node:assert/strict'
import type { Suite } from '../suite.js'

/** Who is logged in: login, lists, limits, revocation. */
export function userCases({ describe, test }: Suite): void {
  describe('a login', () => {
    test('changes the id of the session, and the old one is dead', async (bench) => {
      const one = bench.browser()
      await one.result('/set?kept=1')
      const before = one.cookie
      await one.result('/login?user=ada')
      notEqual(one.cookie, before)
      deepEqual(await bench.browser(before).result('/get'), {})
      equal(((await one.result('/whoami')) as { user: string }).user, 'ada')
    })

    test('is listed for its user', async ({ loggedIn, peer }) => {
      await loggedIn('ada')
      const two = await loggedIn('ada')
      await loggedIn('bob')
      equal((await peer.listUserSessions('ada')).length, 2)
      await two.result('/logout')
      equal((await peer.listUserSessions('ada')).length, 1)
    })

    test(
      'ends the oldest session beyond the limit',
      async ({ loggedIn }) => {
        const browsers = []
        for (let i = 0; i < 4; i++) browsers.push(await loggedIn('ada'))
        const users = await Promise.all(browsers.map((one) => one.result('/whoami')))
        deepEqual(
          users.map((body) => (body as { user: string | null }).user),
          [null, null, 'ada', 'ada'],
        )
      },
      { policy: { maxSessionsPerUser: 2 } },
    )
  })

  describe('revokeUser', () => {
    test('ends the user’s sessions everywhere, and nobody else’s', async (bench) => {
      const [one, two, other] = [
        await bench.loggedIn('ada'),
        await bench.loggedIn('ada'),
        await bench.loggedIn('bob'),
      ]
      await bench.peer.revokeUser('ada')
      deepEqual(await one.result('/get'), {})
      deepEqual(await two.result('/get'), {})
      deepEqual(await other.result('/get'), { user: 'bob' })
      const again = await bench.loggedIn('ada')
      deepEqual(await again.result('/get'), { user: 'ada' })
    })

    test('cannot be escaped by a request that regenerates', async (bench) => {
      const slow = await bench.loggedIn('ada')
      const waiting = slow.get('/slow-regenerate?gate=a')
      await bench.gates.arrived('a', 1)
      await bench.peer.revokeUser('ada')
      bench.gates.open('a')
      await waiting
      deepEqual(await slow.result('/get'), {})
    })

    test('does not stand in the way of a login in a request under way', async (bench) => {
      const one = await bench.loggedIn('ada')
      const waiting = one.get('/slow-login?gate=a&user=ada')
      await bench.gates.arrived('a', 1)
      await bench.peer.revokeUser('ada')
      bench.gates.open('a')
      await waiting
      deepEqual(await one.result('/get'), { user: 'ada' })
    })
  })
}
