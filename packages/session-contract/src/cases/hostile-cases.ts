import { deepEqual, equal, match, notEqual, ok, rejects } from 'node:assert/strict'
import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { SessionStore } from '@disredis/session-store'
import { newId, openBench } from '../bench.js'
import { signedCookie } from '../browser.js'
import type { ContractData } from '../subject.js'
import type { Suite } from '../suite.js'

const HOUR = 3_600_000

/** Somebody who can write to Redis, servers that lose what they had, programs that share them. */
export function hostileCases({ subject, client, describe, test }: Suite): void {
  describe('a cookie in Redis', () => {
    const poison = {
      'an endless maxAge': { originalMaxAge: 1e300 },
      'a maxAge that is no number': { originalMaxAge: '1e3' },
      'a path with a line break': { path: '/\r\nset-cookie: a=b' },
      'a domain with a line break': { domain: 'a.example\r\nx: y' },
      'an unknown sameSite': { sameSite: 'bogus' },
      'an unknown priority': { priority: {}.toString() },
      'a secure that is no flag': { secure: 'yes' },
      'a date that is none': { expires: 'soon' },
    }
    for (const [name, attributes] of Object.entries(poison)) {
      test(`with ${name} makes the session a corrupt one, and harms nobody`, async (bench) => {
        const one = await bench.loggedIn('ada')
        const other = await bench.loggedIn('bob')
        const key = bench.keyOf(await bench.idOf(one))
        const cookie = { originalMaxAge: null, path: '/', ...attributes }
        await client().hset(key, 'c', JSON.stringify(cookie))
        deepEqual(await one.result('/get'), {})
        deepEqual(await one.result('/set?color=red'), null)
        deepEqual(await one.result('/get'), { color: 'red' })
        deepEqual(await other.result('/get'), { user: 'bob' })
        equal(bench.app.counters.quarantined, 1)
      })
    }

    test(
      'does not weaken what the application configured',
      async (bench) => {
        const one = await bench.loggedIn('ada')
        const weak = { httpOnly: false, secure: false, domain: 'example.com', path: '/' }
        const text = JSON.stringify({ originalMaxAge: HOUR, ...weak })
        await client().hset(bench.keyOf(await bench.idOf(one)), 'c', text)
        const { setCookie } = await one.get('/set?color=red')
        match(setCookie ?? '', /; ?HttpOnly/i)
        ok(!/; ?Domain/i.test(setCookie ?? ''), setCookie)
        deepEqual(await one.result('/get'), { user: 'ada', color: 'red' })
      },
      { maxAge: HOUR },
    )
  })

  describe('an encrypted session', () => {
    const key = randomBytes(32)
    const encryption = { keys: [{ id: 'k1', key }] }
    const unauthentic = [500, { code: 'DISREDIS_SESSION_UNAUTHENTIC' }]

    test(
      'of another key of that id is an error, and left alone',
      async ({ browser, prefix, app, keyOf }) => {
        const id = newId()
        const keys = [{ id: 'k1', key: randomBytes(32) }]
        await using other = new SessionStore<ContractData>({
          client: client(),
          prefix,
          encryption: { keys },
        })
        await other.set(id, { user: 'ada' })
        const one = browser(signedCookie(id))
        const { status, body, cookie } = await one.get('/get')
        deepEqual([[status, body], cookie], [unauthentic, undefined])
        deepEqual((await other.get(id))?.data, { user: 'ada' })
        equal((await client().hgetall(keyOf(id))).x, undefined)
        equal(app.counters.unauthentic, 1)
      },
      { policy: { encryption } },
    )

    const forgeries: Record<string, (fields: Record<string, string>) => Record<string, string>> = {
      'its epoch was raised': ({ e = '' }) => ({ e: String(Number(e) + HOUR) }),
      'its user was exchanged': () => ({ u: createHash('sha256').update('root').digest('hex') }),
      'its creation was moved': ({ t = '' }) => ({ t: String(Number(t) + HOUR) }),
      'its cookie was changed': () => ({ c: '{"originalMaxAge":null,"path":"/","secure":false}' }),
      'a former user was taken out': () => ({ o: `${'0'.repeat(64)}:1` }),
    }
    for (const [name, forge] of Object.entries(forgeries)) {
      test(
        `is refused if ${name}`,
        async ({ loggedIn, idOf, keyOf }) => {
          const one = await loggedIn('ada')
          const key = keyOf(await idOf(one))
          const forged = forge(await client().hgetall(key))
          for (const [field, value] of Object.entries(forged))
            await client().hset(key, field, value)
          const { status, body } = await one.get('/get')
          deepEqual([status, body], unauthentic)
        },
        { policy: { encryption } },
      )
    }

    test('cannot be had beside plain ones of connect-redis by accident', async (bench) => {
      const policy = { connectRedis: { mode: 'replace' }, encryption } as const
      await rejects(async () => openBench(subject, client(), policy), {
        code: 'DISREDIS_SESSION_OPTION',
      })
      await rejects(
        async () => new SessionStore({ client: client(), ...policy }),
        /acceptPlaintext/,
      )
      deepEqual(await bench.browser().result('/get'), {})
    })

    test(
      'is made of a plain one of connect-redis, if that is asked for',
      async ({ browser, prefix, keyOf }) => {
        const id = newId()
        const cookie = { originalMaxAge: null, expires: null, path: '/' }
        await client().set(`${prefix}${id}`, JSON.stringify({ cookie, user: 'ada' }))
        const one = browser(signedCookie(id))
        deepEqual(await one.result('/get'), { user: 'ada' })
        await one.result('/set?color=hunter2')
        equal(await client().exists(`${prefix}${id}`), 0)
        ok(!JSON.stringify(await client().hgetall(keyOf(id))).includes('hunter2'))
        deepEqual(await one.result('/get'), { user: 'ada', color: 'hunter2' })
      },
      {
        policy: {
          connectRedis: { mode: 'replace' },
          encryption: { ...encryption, acceptPlaintext: true },
        },
      },
    )

    test(
      'changes its cookie, and is prolonged, as any other',
      async ({ loggedIn }) => {
        const one = await loggedIn('ada')
        await one.result(`/max-age?ms=${HOUR}`)
        deepEqual(await one.result('/get'), { user: 'ada' })
        await one.result('/set?color=red')
        deepEqual(await one.result('/get'), { user: 'ada', color: 'red' })
      },
      { maxAge: 2 * HOUR, policy: { encryption, touchAfter: 0 } },
    )
  })

  describe('ids of other generators', () => {
    const ids = {
      'randomBytes in hex': () => randomBytes(32).toString('hex'),
      'nanoid, 21 characters': () => randomBytes(24).toString('base64url').slice(0, 21),
      base64: () => `${randomBytes(30).toString('base64')}+/=`,
      'a user and a UUID': () => `user:${randomUUID()}`,
    }
    for (const [name, make] of Object.entries(ids)) {
      test(
        `are taken over from connect-redis: ${name}`,
        async ({ browser, prefix, peer }) => {
          const id = make()
          const cookie = { originalMaxAge: null, expires: null, httpOnly: true, path: '/' }
          await client().set(`${prefix}${id}`, JSON.stringify({ cookie, user: 'ada' }))
          const one = browser(signedCookie(id))
          deepEqual(await one.result('/get'), { user: 'ada' })
          equal(await peer.count(), 1)
          await one.result('/set?color=red')
          deepEqual(await one.result('/get'), { user: 'ada', color: 'red' })
          const [listed] = await peer.listUserSessions('ada')
          equal(listed?.ref, createHash('sha256').update(id).digest('hex'))
          await one.result('/logout')
          deepEqual(await one.result('/get'), {})
          equal(await peer.count(), 0)
        },
        { policy: { connectRedis: { mode: 'replace' } } },
      )
    }

    test(
      'are no refs, even if keys hold them',
      async ({ loggedIn, idOf, peer }) => {
        const [one, two] = [await loggedIn('ada'), await loggedIn('ada')]
        const ids = [await idOf(one), await idOf(two)]
        const listed = await peer.listUserSessions('ada')
        equal(listed.length, 2)
        for (const { ref } of listed) ok(!ids.includes(ref), ref)
        const [first] = listed
        deepEqual(await peer.endUserSession('ada', first?.ref ?? ''), { outcome: 'destroyed' })
        deepEqual(await one.result('/get'), {})
        deepEqual(await two.result('/get'), { user: 'ada' })
      },
      { policy: { hashIds: false } },
    )
  })

  test('clear removes sessions, and no value of another program', async (bench) => {
    const { prefix, peer } = bench
    await bench.loggedIn('ada')
    const foreign = [`${prefix}${'0'.repeat(64)}`, `${prefix}a-cache-entry-of-somebody-else`]
    for (const name of foreign) await client().set(name, '{"theirs":true}')
    const hash = `${prefix}${'1'.repeat(64)}`
    await client().hset(hash, 'theirs', 'true')
    const { removed, failures } = await peer.clear()
    // The session that the login began with has left a tombstone.
    deepEqual([removed >= 1, failures], [true, []])
    equal(await peer.count(), 0)
    for (const name of [...foreign, hash]) equal(await client().exists(name), 1, name)
  })

  test('a save whose reply was lost is not made again over what others did since', async (bench) => {
    const { browser, peer, idOf } = bench
    const one = browser()
    await one.result('/set?kept=1')
    const id = await idOf(one)
    if (bench.loss.writes === 0) return
    bench.loss.afterNextWrite(async () => {
      const loaded = await peer.get(id)
      deepEqual(loaded?.data, { kept: '1', mine: '1' })
      await peer.set(id, { kept: '2' }, { from: loaded?.handle })
    })
    equal((await one.get('/set?mine=1')).status, 200)
    deepEqual(await one.result('/get'), { kept: '2' })
    ok(bench.loss.wasLost)
  })

  describe('a session ends with its user', () => {
    test('also if it was somebody else’s in between', async ({ loggedIn, peer, gates }) => {
      const one = await loggedIn('admin')
      await one.result('/set?user=bob')
      // Under way when it happens, and back again afterwards.
      const waiting = one.fork().get('/slow?gate=back&user=admin')
      await gates.arrived('back', 1)
      await peer.revokeUser('admin')
      gates.open('back')
      equal((await waiting).status, 200)
      deepEqual(await one.result('/get'), {})
    })

    test(
      'also if it has no stamp, and the user’s key was lost',
      async ({ browser, prefix, peer, loggedIn }) => {
        const id = newId()
        const cookie = { originalMaxAge: null, expires: null, path: '/' }
        await client().set(`${prefix}${id}`, JSON.stringify({ cookie, user: 'ada' }))
        const one = browser(signedCookie(id))
        deepEqual(await one.result('/get'), { user: 'ada' })
        await peer.revokeUser('ada')
        const user = createHash('sha256').update('ada').digest('hex')
        equal(await client().del(`${prefix}user:${user}`), 1)
        deepEqual(await one.result('/get'), {})
        const again = await loggedIn('ada')
        notEqual(again.cookie, one.cookie)
        deepEqual(await browser(signedCookie(id)).result('/get'), {})
      },
      { policy: { connectRedis: { mode: 'replace' } } },
    )
  })
}
