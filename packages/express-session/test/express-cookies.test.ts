import { type ContractServers, startContractServers } from '@disredis/session-contract'
import { beforeAll, describe, expect, test } from 'vitest'
import {
  attributes,
  bothMiddlewares,
  count,
  HOUR,
  lifeOf,
  type Options,
  peek,
  type Serve,
  visits,
} from './support/both-middlewares.js'

const HTTPS = { headers: { 'x-forwarded-proto': 'https' } }

let servers: ContractServers
beforeAll(async () => {
  servers = await startContractServers({ masters: 1 })
  return () => servers[Symbol.asyncDispose]()
})

const both = bothMiddlewares(() => servers.disredis())

describe.each(Object.keys(both))('%s', (name) => {
  const serve: Serve = (...args) => (both[name] as Serve)(...args)

  describe('the cookie', () => {
    const cases: Record<string, [cookie: Options['cookie'], sent: string[] | undefined]> = {
      'a domain and a path': [
        { domain: 'example.com', path: '/peek' },
        ['Domain=example.com', 'HttpOnly', 'Path=/peek'],
      ],
      'httpOnly off': [{ httpOnly: false }, ['Path=/']],
      'sameSite true': [{ sameSite: true }, ['HttpOnly', 'Path=/', 'SameSite=Strict']],
      'sameSite lax': [{ sameSite: 'lax' }, ['HttpOnly', 'Path=/', 'SameSite=Lax']],
      'sameSite none': [{ sameSite: 'none' }, ['HttpOnly', 'Path=/', 'SameSite=None']],
      'a priority': [{ priority: 'high' }, ['HttpOnly', 'Path=/', 'Priority=High']],
      partitioned: [{ partitioned: true }, ['HttpOnly', 'Partitioned', 'Path=/']],
      'a maxAge': [{ maxAge: HOUR }, ['Expires', 'HttpOnly', 'Path=/']],
      'secure, which HTTP does not send': [{ secure: true }, undefined],
      'secure auto on HTTP': [{ secure: 'auto' }, ['HttpOnly', 'Path=/']],
    }
    test.each(Object.entries(cases))('has %s', async (_, [cookie, sent]) => {
      await using app = await serve(
        (it) => {
          it.get('/peek', count)
        },
        { cookie },
      )
      expect(attributes((await app.visitor().get('/peek')).cookies)).toEqual(sent)
    })

    test('may be another one for each request', async () => {
      await using app = await serve(visits, {
        cookie: (req) => ({ maxAge: req.url === '/' ? HOUR : 2 * HOUR, path: '/' }),
      })
      expect(lifeOf((await app.visitor().get('/')).cookies)).toBeLessThanOrEqual(HOUR)
    })

    test.each<[proxy: boolean | undefined, trustProxy: boolean, protocol: string, sent: boolean]>([
      [true, false, 'https', true],
      [true, false, 'HTTPS, http', true],
      [true, false, 'http, https', false],
      [false, true, 'https', false],
      [undefined, true, 'https', true],
      [undefined, false, 'https', false],
    ])(
      'with secure is sent by proxy %s, trust proxy %s, protocol %s: %s',
      async (proxy, trustProxy, protocol, isSent) => {
        await using app = await serve(
          (it) => {
            visits(it)
            it.set('trust proxy', trustProxy)
          },
          { cookie: { secure: true }, ...(proxy !== undefined && { proxy }) },
        )
        const { cookies } = await app
          .visitor()
          .get('/', { headers: { 'x-forwarded-proto': protocol } })
        expect(attributes(cookies)).toEqual(isSent ? ['HttpOnly', 'Path=/', 'Secure'] : undefined)
      },
    )

    test('with secure and sameSite auto follows the connection', async () => {
      await using app = await serve(visits, {
        proxy: true,
        // express-session's declarations do not have the second one.
        cookie: { secure: 'auto', sameSite: 'auto' } as never,
      })
      const attributesOf = async (init?: RequestInit) =>
        attributes((await app.visitor().get('/', init)).cookies)
      expect(await attributesOf(HTTPS)).toEqual(['HttpOnly', 'Path=/', 'SameSite=None', 'Secure'])
      expect(await attributesOf()).toEqual(['HttpOnly', 'Path=/', 'SameSite=Lax'])
    })

    test('whose path another path is not within brings no session there', async () => {
      await using app = await serve(
        (it) => {
          it.get(['/app', '/app/deep', '/elsewhere'], peek)
        },
        { cookie: { path: '/app' } },
      )
      const bodies = []
      for (const path of ['/app', '/app/deep?a=/b', '/elsewhere', '/elsewhere?/app']) {
        bodies.push(await app.visitor().body(path))
      }
      expect(bodies).toEqual([0, 0, 'none', 'none'])
    })

    test('has the path that the client asked for, where the sessions are mounted deeper', async () => {
      const served = { cookie: { path: '/app' }, mountedAt: '/app' }
      await using app = await serve((it) => it.get(['/app', '/'], count), served)
      const one = app.visitor()
      expect([await one.body('/app'), await one.body('/app')]).toEqual([1, 2])
    })

    test('has another name', async () => {
      await using app = await serve(visits, { name: 'sid' })
      const one = app.visitor()
      await one.get('/')
      expect(one.cookie).toMatch(/^sid=s%3A/)
      expect(await one.body('/')).toBe(2)
    })

    test('is sent anew when a session with a maxAge changes, not when it does not', async () => {
      await using app = await serve(visits, { cookie: { maxAge: HOUR } })
      const one = app.visitor()
      await one.get('/')
      expect((await one.get('/peek')).cookies).toEqual([])
      const { cookies } = await one.get('/')
      expect(lifeOf(cookies)).toBeGreaterThan(HOUR - 60_000)
    })

    test('with rolling is sent with every response, but not without a session', async () => {
      await using app = await serve(visits, { rolling: true, cookie: { maxAge: HOUR } })
      const one = app.visitor()
      expect((await one.get('/peek')).cookies).toEqual([])
      await one.get('/')
      expect(lifeOf((await one.get('/peek')).cookies)).toBeGreaterThan(HOUR - 60_000)
    })

    test('has the times that a handler gives it', async () => {
      const seen: unknown[] = []
      await using app = await serve(
        (it) => {
          it.get('/', count)
          it.get('/shorter', (req, res) => {
            req.session.views = 10
            req.session.cookie.maxAge = HOUR / 2
            seen.push(req.session.cookie.originalMaxAge)
            res.end()
          })
          it.get('/date', (req, res) => {
            req.session.views = 20
            req.session.cookie.expires = new Date(Date.now() + HOUR / 4)
            res.end()
          })
          it.get('/look', (req, res) => {
            const { maxAge, originalMaxAge } = req.session.cookie
            seen.push(originalMaxAge, (maxAge ?? 0) <= (originalMaxAge ?? 0))
            res.end()
          })
        },
        { cookie: { maxAge: HOUR } },
      )
      const one = app.visitor()
      await one.get('/')
      expect(lifeOf((await one.get('/shorter')).cookies)).toBeLessThanOrEqual(HOUR / 2)
      await one.get('/look')
      const dated = await one.get('/date')
      expect(lifeOf(dated.cookies)).toBeLessThanOrEqual(HOUR / 2)
      expect(seen).toEqual([HOUR / 2, HOUR / 2, true])
    })
  })
})
