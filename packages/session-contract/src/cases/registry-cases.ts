import { deepEqual, equal } from 'node:assert/strict'
import { hash } from 'node:crypto'
import type { Suite } from '../suite.js'
import { until } from '../until.js'

const HOUR = 3_600_000
/** The list of a user is looked through each time that its length is a multiple of it. */
const TIDIED_EVERY = 64
/** Entries that one login looks at. */
const STEP = 128

/** What is known of users: very long lists, clocks that disagree. */
export function registryCases({ client, describe, test }: Suite): void {
  const keyOfUser = (prefix: string, user: string) => `${prefix}user:${hash('sha256', user)}`

  test('a user with very many sessions logs in, is listed, and loses them step by step', async (bench) => {
    const { prefix, peer } = bench
    const count = TIDIED_EVERY * 400 - 1
    const key = keyOfUser(prefix, 'ada')
    // They have ended long ago.
    const entries = Array.from({ length: count }, (_, i) => [i + 1, hash('sha256', `${i}`)])
    for (let i = 0; i < count; i += 5_000) {
      await client().zadd(key, ...entries.slice(i, i + 5_000).flat())
    }
    const one = await bench.loggedIn('ada')
    deepEqual(await one.result('/get'), { user: 'ada' })
    // Beside the sessions stands the epoch.
    const left = count + 1 - STEP + 1
    await until('a step is made', async () => (await client().zcard(key)) === left)
    for await (const { data } of peer.userSessions('ada')) deepEqual(data, { user: 'ada' })
    await peer.revokeUser('ada')
    deepEqual(await one.result('/get'), {})
  })

  describe('the clock', () => {
    test(
      'of this process may be behind: a use is written by the server’s',
      async ({ browser, idOf, keyOf, app }) => {
        const now = Date.now
        Date.now = () => now() - HOUR
        try {
          const one = browser()
          await one.result('/set?color=red')
          const { touched } = app.counters
          deepEqual(await one.result('/get'), { color: 'red' })
          equal(app.counters.touched, touched)
          const key = keyOf(await idOf(one))
          const { a = '' } = await client().hgetall(key)
          await client().hset(key, 'a', String(Number(a) - 2 * 60_000))
          deepEqual(await one.result('/get'), { color: 'red' })
          equal(app.counters.touched, touched + 1)
        } finally {
          Date.now = now
        }
      },
      { policy: { touchAfter: 60_000 } },
    )

    test('of a promoted node may be behind: what was revoked stays so', async (bench) => {
      const { prefix, peer } = bench
      const key = keyOfUser(prefix, 'ada')
      await bench.loggedIn('ada')
      // The lost master's clock was a minute ahead.
      await client().zadd(key, Date.now() + 60_000, 'epoch')
      const one = await bench.loggedIn('ada')
      equal((await peer.listUserSessions('ada')).length, 1)
      await client().del(key)
      await peer.revokeUser('ada')
      deepEqual(await one.result('/get'), {})
      const again = await bench.loggedIn('ada')
      deepEqual(await again.result('/get'), { user: 'ada' })
      deepEqual(await one.result('/get'), {})
    })
  })
}
