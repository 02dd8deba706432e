import { deepEqual, equal } from 'node:assert/strict'
import type { Suite } from '../suite.js'

/** Redis does not answer, or not as it should. */
export function failureCases({ subject, describe, test }: Suite): void {
  async function whileFrozen(work: () => Promise<void>): Promise<void> {
    const frozen = await subject.freeze()
    try {
      await work()
    } finally {
      await frozen.end()
    }
  }

  describe('when Redis does not answer', () => {
    const deadline = 500

    test(
      'a request fails, keeps its cookie, and is logged in afterwards',
      async ({ loggedIn }) => {
        const one = await loggedIn('ada')
        const { cookie } = one
        await whileFrozen(async () => {
          const { status, body, cookie: sent } = await one.get('/get')
          deepEqual(
            [status, body, sent],
            [500, { code: 'DISREDIS_SESSION_UNAVAILABLE' }, undefined],
          )
        })
        equal(one.cookie, cookie)
        deepEqual(await one.result('/get'), { user: 'ada' })
      },
      { policy: { deadline } },
    )

    test(
      "onUnavailable: 'anonymous' serves nobody, and writes nothing",
      async ({ loggedIn, browser, peer, app }) => {
        const one = await loggedIn('ada')
        const { cookie } = one
        await whileFrozen(async () => {
          const { status, body, cookie: sent } = await one.get('/get')
          deepEqual([status, body], [200, {}])
          // A cookie may be sent again, but it is the same one.
          deepEqual(sent ?? cookie, cookie)
          equal((await browser(cookie).get('/set?color=red')).cookie ?? cookie, cookie)
        })
        deepEqual(await browser(cookie).result('/get'), { user: 'ada' })
        equal(await peer.count(), 1)
        equal(app.counters.anonymous, 2)
      },
      { policy: { deadline, onUnavailable: 'anonymous' } },
    )

    test(
      'onUnavailable: { stale } serves what was seen lately, but no user whose revocations are unknown',
      async ({ loggedIn, browser }) => {
        const anonymous = browser()
        await anonymous.result('/set?color=red')
        deepEqual(await anonymous.result('/get'), { color: 'red' })
        const user = await loggedIn('ada')
        deepEqual(await user.result('/get'), { user: 'ada' })
        await whileFrozen(async () => {
          deepEqual(await anonymous.result('/get'), { color: 'red' })
          equal((await user.get('/get')).status, 500)
        })
        deepEqual(await user.result('/get'), { user: 'ada' })
      },
      { policy: { deadline, onUnavailable: { stale: 600_000 } } },
    )
  })

  test(
    'a write that replicas do not acknowledge is an error, and says so',
    async ({ browser }) => {
      const { status, body } = await browser().get('/save?color=red')
      deepEqual([status, body], [500, { code: 'DISREDIS_SESSION_DURABILITY' }])
    },
    { policy: { durability: { replicas: 100, timeout: 50 } } },
  )

  test('a store that was closed answers with an error', async ({ loggedIn, app }) => {
    const one = await loggedIn('ada')
    await app.closeStore()
    const { status, body } = await one.get('/get')
    deepEqual([status, body], [500, { code: 'DISREDIS_SESSION_STORE_CLOSED' }])
  })
}
