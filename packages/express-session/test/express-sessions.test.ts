import { createHmac } from 'node:crypto'
import { type ContractServers, startContractServers } from '@disredis/session-contract'
import type { Express, Request } from 'express'
import { beforeAll, describe, expect, test } from 'vitest'
import { disredisSession } from '../src/index.js'
import {
  attributes,
  bothMiddlewares,
  count,
  type Options,
  peek,
  type Serve,
  visits,
} from './support/both-middlewares.js'

let servers: ContractServers
beforeAll(async () => {
  servers = await startContractServers({ masters: 1 })
  return () => servers[Symbol.asyncDispose]()
})

const both = bothMiddlewares(() => servers.disredis())

describe.each(Object.keys(both))('%s', (name) => {
  const serve: Serve = (...args) => (both[name] as Serve)(...args)

  describe('a visitor', () => {
    test('without a cookie gets a session, and a cookie once something is in it', async () => {
      await using app = await serve(visits)
      const one = app.visitor()
      expect((await one.get('/peek')).cookies).toEqual([])
      expect(attributes((await one.get('/')).cookies)).toEqual(['HttpOnly', 'Path=/'])
      const again = await one.get('/')
      expect([again.body, again.cookies]).toEqual([2, []])
      expect(await app.visitor().body('/')).toBe(1)
    })

    test('with saveUninitialized has a cookie and a session at once', async () => {
      await using app = await serve(visits, { saveUninitialized: true })
      const one = app.visitor()
      expect((await one.get('/peek')).cookies).toHaveLength(1)
      const { cookie } = one
      expect((await one.get('/peek')).cookies).toEqual([])
      await one.get('/')
      expect(one.cookie).toBe(cookie)
    })

    test.each<[string, (cookie: string) => string]>([
      ['no signature', (cookie) => cookie.replace(/\.[^.]*$/, '')],
      ['another signature', (cookie) => `${cookie.slice(0, -6)}abcdef`],
      ['another prefix', (cookie) => cookie.replace('s%3A', 'j%3A')],
      ['an unknown id', (cookie) => cookie.replace('s%3A', 's%3Ax')],
      ['nothing in it', (cookie) => cookie.replace(/=.*/, '=')],
      ['what is no URI encoding', (cookie) => cookie.replace(/=.*/, '=%E0%A4%A')],
      ['another name', (cookie) => `other${cookie}`],
    ])('whose cookie has %s gets a new session', async (_, change) => {
      await using app = await serve(visits)
      const one = app.visitor()
      await one.get('/')
      const { cookie = '' } = one
      one.cookie = change(cookie)
      const page = await one.get('/')
      expect([page.status, page.body]).toEqual([200, 1])
      expect(one.cookie).not.toBe(cookie)
      expect(await app.visitor(cookie).body('/peek')).toBe(1)
    })

    test('whose cookie stands among others is known', async () => {
      await using app = await serve(visits)
      const one = app.visitor()
      await one.get('/')
      const { cookie } = one
      expect(await app.visitor(`a=b; x;${cookie} ; connect.sid=s%3Asecond.x`).body('/')).toBe(2)
    })

    test('finds other cookies of the handler beside the session’s', async () => {
      await using app = await serve((it) => {
        it.get('/', (req, res) => {
          req.session.views = 1
          res.cookie('one', '1').cookie('two', '2').end()
        })
      })
      const { cookies } = await app.visitor().get('/')
      expect(cookies.map((text) => text.split('=', 1)[0])).toEqual(['one', 'two', 'connect.sid'])
    })
  })

  describe('secrets', () => {
    test('of several the first signs, and all are good', async () => {
      const [older, newer] = [
        'an older secret, 32 bytes and more',
        'a newer secret, 32 bytes and more',
      ]
      await using first = await serve(visits, { secret: older })
      const one = first.visitor()
      await one.get('/')
      // The id is unknown here, but the signature good: a new session would be made for both reasons.
      const tell = (it: Express) => {
        it.get('/', (req, res) => {
          req.session.views = 1
          res.json(req.sessionID)
        })
        it.get('/id', (req, res) => {
          res.json(req.sessionID)
        })
      }
      await using both = await serve(tell, { secret: [newer, older] })
      const two = both.visitor()
      const id = await two.body('/')
      const signed = async (secret: string) => {
        const signature = createHmac('sha256', secret).update(String(id)).digest('base64')
        return `connect.sid=${encodeURIComponent(`s:${id}.${signature.replace(/=+$/, '')}`)}`
      }
      expect(two.cookie).toBe(await signed(newer))
      expect(await both.visitor(await signed(older)).body('/id')).toBe(id)
      expect(await both.visitor(await signed('a stranger’s secret')).body('/id')).not.toBe(id)
    })
  })

  describe('a session', () => {
    const id = (req: Request) => `${req.url.slice(1)}-`.padEnd(40, 'x')

    test('has an id of genid, which is given the request', async () => {
      await using app = await serve(
        (it) => {
          it.get('/first', (req, res) => {
            req.session.views = 1
            res.json([req.sessionID, req.session.id])
          })
        },
        { genid: (req) => id(req as Request) },
      )
      const expected = 'first-'.padEnd(40, 'x')
      expect(await app.visitor().body('/first')).toEqual([expected, expected])
    })

    test('has the fields that are stored, and its methods hidden', async () => {
      const seen: unknown[] = []
      await using app = await serve((it) => {
        it.get('/', (req, res) => {
          req.session.views = 1
          seen.push(Object.keys(req.session).sort())
          const names = []
          for (const field in req.session) names.push(field)
          seen.push(
            names.sort(),
            typeof req.session.save,
            JSON.parse(JSON.stringify(req.session)).views,
          )
          res.end()
        })
      })
      const one = app.visitor()
      await one.get('/')
      await one.get('/')
      const fields = ['cookie', 'views']
      expect(seen).toEqual([fields, fields, 'function', 1, fields, fields, 'function', 1])
    })

    test('begins anew with regenerate: another id, nothing in it, the old one gone', async () => {
      await using app = await serve((it) => {
        visits(it)
        it.get('/regenerate', (req, res, next) => {
          const before = req.sessionID
          req.session.regenerate((error) => {
            if (error) return next(error)
            const { views = 0 } = req.session
            req.session.views = 50
            res.json([views, before !== req.sessionID, req.session.id === req.sessionID])
          })
        })
      })
      const one = app.visitor()
      await one.get('/')
      const old = app.visitor(one.cookie)
      expect(await one.body('/regenerate')).toEqual([0, true, true])
      expect([await one.body('/peek'), await old.body('/peek')]).toEqual([50, 0])
    })

    test('ends with destroy, and the request has none any more', async () => {
      await using app = await serve((it) => {
        visits(it)
        it.get('/destroy', (req, res, next) => {
          req.session.destroy((error) => (error ? next(error) : peek(req, res, next)))
        })
      })
      const one = app.visitor()
      await one.get('/')
      const page = await one.get('/destroy')
      expect([page.body, page.cookies]).toEqual(['none', []])
      expect(await one.body('/peek')).toBe(0)
    })

    test.each<[unset: Options['unset'], how: string, views: number]>([
      ['destroy', 'delete', 0],
      ['destroy', 'null', 0],
      ['keep', 'delete', 1],
      ['keep', 'null', 1],
      [undefined, 'null', 1],
    ])('with unset %s that is unset by %s', async (unset, how, views) => {
      await using app = await serve(
        (it) => {
          visits(it)
          it.get('/unset', (req, res) => {
            const holder = req as { session?: unknown }
            if (how === 'delete') delete holder.session
            else holder.session = null
            res.json('unset')
          })
        },
        unset === undefined ? {} : { unset },
      )
      const one = app.visitor()
      await one.get('/')
      expect((await one.get('/unset')).cookies).toEqual([])
      expect(await one.body('/peek')).toBe(views)
    })

    test('is reloaded: what was not saved is gone', async () => {
      await using app = await serve((it) => {
        visits(it)
        it.get('/reload', (req, res, next) => {
          req.session.views = 100
          req.session.reload((error) => {
            if (error) return next(error)
            res.json(req.session.views)
          })
        })
      })
      const one = app.visitor()
      await one.get('/')
      expect([await one.body('/reload'), await one.body('/peek')]).toEqual([1, 1])
    })

    test('is an error to reload once it has ended', async () => {
      await using app = await serve((it) => {
        visits(it)
        it.get('/reload', (req, res) => {
          req.sessionStore.destroy(req.sessionID, () => {
            req.session.reload((error: unknown) => res.json((error as Error).message))
          })
        })
      })
      const one = app.visitor()
      await one.get('/')
      expect(await one.body('/reload')).toBe('failed to load session')
    })

    test('is saved by save, which other requests see before the answer', async () => {
      await using app = await serve((it) => {
        it.get('/', count)
        it.get('/peek', peek)
        it.get('/save', (req, res, next) => {
          req.session.views = 10
          req.session.save((error) => {
            if (error) return next(error)
            req.sessionStore.get(req.sessionID, (failure, stored) => {
              if (failure) return next(failure)
              res.json(stored?.views)
            })
          })
        })
      })
      const one = app.visitor()
      await one.get('/')
      expect([await one.body('/save'), await one.body('/peek')]).toEqual([10, 10])
    })

    test('that the request has already is left to who brought it', async () => {
      const again = disredisSession({ client: servers.disredis(), secret: 's', name: 'again' })
      await using app = await serve((it) => {
        it.use(again)
        it.get('/', count)
      })
      const one = app.visitor()
      expect([await one.body('/'), await one.body('/')]).toEqual([1, 2])
    })

    test('whose time has passed is a new one', async () => {
      await using app = await serve(
        (it) => {
          visits(it)
          it.get('/over', (req, res) => {
            req.session.views = 5
            req.session.cookie.expires = new Date(Date.now() - 1_000)
            res.json('over')
          })
        },
        { cookie: {} },
      )
      const one = app.visitor()
      await one.get('/')
      await one.get('/over')
      expect(await one.body('/peek')).toBe(0)
    })
  })
})
