import { deepEqual, equal } from 'node:assert/strict'
import type { Suite } from '../suite.js'

/** What a client reads as success was saved, without the handler asking for it. */
export function answerCases({ subject, client, describe, test }: Suite): void {
  if (subject.savesFirst === false) return
  describe('an answer', () => {
    test(
      'whose session cannot be saved is no success, and the session stays as it was',
      async ({ browser }) => {
        const one = browser()
        await one.result('/set?color=red')
        const { status, body } = await one.get('/big-unsaved?bytes=5000')
        deepEqual([status, body], [500, { code: 'DISREDIS_SESSION_TOO_LARGE' }])
        deepEqual(await one.result('/get'), { color: 'red' })
        const other = await browser().get('/big-unsaved?bytes=5000')
        deepEqual([other.status, other.cookie], [500, undefined])
      },
      { policy: { maxPayload: 2_000 } },
    )

    test('whose session is no JSON is an error of that request alone', async ({ browser }) => {
      const one = browser()
      await one.result('/set?color=red')
      const { status, body } = await one.get('/unserializable')
      deepEqual([status, body], [500, { code: 'DISREDIS_SESSION_INVALID' }])
      deepEqual(await one.result('/get'), { color: 'red' })
    })

    test('finds in Redis what it says, as soon as it is read', async (bench) => {
      const one = bench.browser()
      await one.result('/set?n=0')
      const key = bench.keyOf(await bench.idOf(one))
      for (let n = 1; n <= 50; n++) {
        await one.result(`/set?n=${n}`)
        equal((await client().hgetall(key)).d, JSON.stringify({ n: String(n) }))
      }
    })
  })
}
