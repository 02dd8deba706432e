import { deepEqual, equal, notEqual, ok } from 'node:assert/strict'
import { hash, randomBytes } from 'node:crypto'
import { newId } from '../bench.js'
import { signedCookie } from '../browser.js'
import type { Suite } from '../suite.js'

/** Ids, keys and payloads: what an attacker or an accident may bring. */
export function atRestCases({ client, describe, test }: Suite): void {
  describe('ids', () => {
    test('are not in Redis', async ({ loggedIn, idOf, keyOf, prefix }) => {
      const id = await idOf(await loggedIn('ada'))
      equal(await client().exists(keyOf(id)), 1)
      equal(await client().exists(`${prefix}${id}`), 0)
      ok(!JSON.stringify(await client().hgetall(keyOf(id))).includes(id))
    })

    test('that are refused or unknown get a new session', async (bench) => {
      const victim = await bench.loggedIn('ada')
      const id = await bench.idOf(victim)
      const bad = [
        hash('sha256', id),
        bench.keyOf(id),
        'short',
        'x'.repeat(4_000),
        `{${newId()}}`,
        `${newId()}*`,
        newId(),
      ]
      for (const forged of bad) {
        const one = bench.browser(signedCookie(forged))
        deepEqual(await one.result('/get'), {})
        await one.result('/set?color=red')
        notEqual(await bench.idOf(one), forged)
        deepEqual(await one.result('/get'), { color: 'red' })
      }
      deepEqual(await victim.result('/get'), { user: 'ada' })
    })

    test('without a valid signature get a new session', async ({ browser, loggedIn }) => {
      const victim = await loggedIn('ada')
      const cookie = victim.cookie ?? ''
      for (const forged of [`${cookie.slice(0, -2)}xx`, 'nonsense', '%', 's%3A.', 's%3A']) {
        deepEqual(await browser(forged).result('/get'), {})
      }
      deepEqual(await victim.result('/get'), { user: 'ada' })
    })
  })

  describe('payloads', () => {
    test(
      'over the cap are an error, and the session stays as it was',
      async ({ browser }) => {
        const one = browser()
        await one.result('/set?color=red')
        const { status, body } = await one.get('/big?bytes=5000')
        deepEqual([status, body], [500, { code: 'DISREDIS_SESSION_TOO_LARGE' }])
        deepEqual(await one.result('/get'), { color: 'red' })
      },
      { policy: { maxPayload: 2_000 } },
    )

    test('with poisonous keys do no harm', async ({ browser, idOf, keyOf }) => {
      const one = browser()
      await one.result('/set?color=red')
      const poison =
        '{"color":"red","__proto__":{"user":"admin"},"constructor":{"prototype":{}},' +
        '"save":"x","regenerate":1,"sessionId":"x","touch":null,"id":"x","cookie":"x"}'
      await client().hset(keyOf(await idOf(one)), 'd', poison)
      const shown = async () => {
        // Fastify's own name: a field like any other elsewhere.
        const { sessionId, ...fields } = (await one.result('/get')) as Record<string, unknown>
        return fields
      }
      deepEqual(await shown(), { color: 'red' })
      equal(((await one.result('/whoami')) as { user: string | null }).user, null)
      await one.result('/set?size=4')
      deepEqual(await shown(), { color: 'red', size: '4' })
    })

    test('that are corrupt are set aside, and the browser gets a new session', async (bench) => {
      const one = bench.browser()
      await one.result('/set?color=red')
      const id = await bench.idOf(one)
      await client().hset(bench.keyOf(id), 'd', '{"color":')
      deepEqual(await one.result('/get'), {})
      await one.result('/set?color=blue')
      deepEqual(await one.result('/get'), { color: 'blue' })
      notEqual(await bench.idOf(one), id)
      equal(bench.app.counters.quarantined, 1)
    })

    test(
      'are encrypted and compressed',
      async ({ browser, idOf, keyOf }) => {
        const one = browser()
        await one.result('/set?color=hunter2')
        const stored = await client().hgetall(keyOf(await idOf(one)))
        ok(!JSON.stringify(stored).includes('hunter2'))
        deepEqual(await one.result('/get'), { color: 'hunter2' })
      },
      {
        policy: {
          encryption: { keys: [{ id: 'k1', key: randomBytes(32) }] },
          compression: { above: 0 },
        },
      },
    )
  })
}
