import { type ContractServers, startContractServers } from '@disredis/session-contract'
import { RedisStore } from 'connect-redis'
import type { Response } from 'express'
import session, { type Store } from 'express-session'
import { createClient } from 'redis'
import { beforeAll, describe, expect, test } from 'vitest'
import { DisredisStore } from '../src/index.js'
import {
  type AnswerApp,
  type Browser,
  type Handler,
  type HandlerServer,
  sayCode,
  serveBehind,
  Wire,
} from './support/answer-server.js'

let servers: ContractServers
let redis: ReturnType<typeof createClient>
beforeAll(async () => {
  servers = await startContractServers({ masters: 1 })
  redis = createClient({ socket: { ...servers.fleet.master().address } })
  await redis.connect()
  return async () => {
    redis.destroy()
    await servers[Symbol.asyncDispose]()
  }
})

/** Stores in express-session's own middleware: that ours is a plain one shows beside the usual one. */
const STORES: Readonly<Record<string, () => Store>> = {
  'connect-redis': () =>
    new RedisStore({ client: redis, prefix: `${crypto.randomUUID()}:` }) as unknown as Store,
  DisredisStore: () =>
    new DisredisStore({
      client: servers.disredis(),
      prefix: `${crypto.randomUUID()}:`,
      deadline: 60_000,
    }),
}

const sessionsOf = (store: Store) =>
  session({
    store,
    secret: 'the secret of these tests, 32 bytes and more',
    resave: false,
    saveUninitialized: false,
  }) as unknown as Handler

const express = (res: unknown) => res as Response
const peek: Handler = (req, res) => {
  res.end(String(req.session.views ?? 'none'))
}
const views: Handler = (req, res) => {
  req.session.views = (req.session.views ?? 0) + 1
  res.end(String(req.session.views))
}

async function expectViews(app: HandlerServer, { cookie }: Browser, n: number): Promise<void> {
  const other = app.browser()
  other.cookie = cookie
  await expect.poll(async () => (await other.get('/peek')).text).toBe(String(n))
}

const names = Object.keys(STORES).flatMap((store) =>
  ['Express 5', 'Express 4'].map((framework) => [store, framework] as const),
)

describe.each(names)('%s in a session() of %s: a handler that', (name, framework) => {
  /** Counts at `/`, shows at `/peek`, and has a browser that was counted once. */
  async function serve(routes: AnswerApp['routes'], onError = sayCode) {
    const make = STORES[name] as () => Store
    const app = await serveBehind(
      framework,
      { routes: { '/': views, '/peek': peek, ...routes }, onError },
      sessionsOf(make()),
    )
    const browser = app.browser()
    await browser.get('/')
    return { app, browser, [Symbol.asyncDispose]: () => app[Symbol.asyncDispose]() }
  }

  test('answers twice, since a return was forgotten, has answered once', async () => {
    await using served = await serve({
      '/twice': (req, res) => {
        req.session.views = 10
        express(res).redirect('/login')
        express(res).status(200).json({ second: true })
      },
    })
    const page = await served.browser.get('/twice')
    expect([page.status, page.headers.get('location')]).toEqual([302, '/login'])
    expect(page.text).toContain('Redirecting to /login')
    await expectViews(served.app, served.browser, 10)
  })

  test('throws after it has answered does not change the answer', async () => {
    await using served = await serve({
      '/later': (req, res) => {
        req.session.views = 10
        express(res).json({ ok: 1 })
        throw new Error('later')
      },
    })
    const page = await served.browser.get('/later')
    expect([page.status, page.text]).toEqual([200, '{"ok":1}'])
    await expectViews(served.app, served.browser, 10)
  })

  test('looks whether it has answered is told that it has', async () => {
    await using served = await serve({
      '/asks': (req, res) => {
        req.session.views = 10
        express(res).json({ ok: 1 })
        if (!res.headersSent) express(res).status(500).json({ failed: 1 })
      },
    })
    const page = await served.browser.get('/asks')
    expect([page.status, page.text]).toEqual([200, '{"ok":1}'])
    await expectViews(served.app, served.browser, 10)
  })

  test('writes after its end has it appended, and nothing before it', async () => {
    await using served = await serve({
      '/more': (req, res) => {
        req.session.views = 10
        res.end('ok')
        res.write('more')
      },
    })
    expect((await served.browser.get('/more')).text).toBe('okmore')
    await expectViews(served.app, served.browser, 10)
  })

  test.each<[string, () => unknown]>([
    ['a BigInt', () => 1n],
    [
      'a cycle',
      () => {
        const cycle: { self?: unknown } = {}
        cycle.self = cycle
        return cycle
      },
    ],
    [
      'a throwing toJSON',
      () => ({
        toJSON() {
          throw new Error('no')
        },
      }),
    ],
  ])('puts %s into its session harms no other request', async (_, make) => {
    let isThere = false
    await using served = await serve({
      '/odd': (req, res) => {
        isThere = true
        req.session.note = make()
        res.end('ok')
      },
    })
    // express-session throws in `end`, and then takes no other answer: it hangs.
    using wire = new Wire(served.app.port)
    wire.get('/odd', served.browser.cookie)
    await expect.poll(() => isThere).toBe(true)
    expect((await served.browser.get('/')).text).toBe('2')
    expect(wire.received).toBe('')
  })

  test('lets an event stream flow on a connection whose session was saved behind its answer', async () => {
    let event = (_text: string) => {}
    await using served = await serve({
      '/send': (req, res) => {
        res.end('ok')
        req.session.views = 10
        req.session.save()
      },
      '/events': (_req, res) => {
        res.writeHead(200, { 'Content-Type': 'text/event-stream' })
        res.flushHeaders()
        event = (text) => res.write(text)
      },
    })
    using wire = new Wire(served.app.port)
    wire.get('/send', served.browser.cookie)
    await expect.poll(() => wire.received).toContain('ok')
    wire.get('/events')
    await expect.poll(() => wire.received).toContain('text/event-stream')
    event('data: 1\n\n')
    await expect.poll(() => wire.received).toContain('data: 1')
    await expectViews(served.app, served.browser, 10)
  })

  test('redirects while its own save is under way is saved once, by that', async () => {
    await using served = await serve({
      '/go': (req, res) => {
        req.session.views = 10
        req.session.save()
        express(res).redirect('/peek')
      },
    })
    expect((await served.browser.get('/go')).status).toBe(302)
    await expectViews(served.app, served.browser, 10)
  })

  test('streams has each piece pass at once, and saves at its end', async () => {
    let finish = () => {}
    await using served = await serve({
      '/stream': (req, res) => {
        res.write('one ')
        finish = () => {
          req.session.views = 10
          res.end('two')
        }
      },
    })
    using wire = new Wire(served.app.port)
    wire.get('/stream', served.browser.cookie)
    await expect.poll(() => wire.received).toContain('one ')
    finish()
    await expect.poll(() => wire.received).toContain('two')
    await expectViews(served.app, served.browser, 10)
  })
})

describe('DisredisStore in a session()', () => {
  test.each(['Express 5', 'Express 4'])(
    'tells a save that fails when its answer has left: %s',
    async (framework) => {
      const store = new DisredisStore({
        client: servers.disredis(),
        prefix: `${crypto.randomUUID()}:`,
        maxPayload: 1_000,
        deadline: 60_000,
      })
      await using app = await serveBehind(
        framework,
        {
          routes: {
            '/': views,
            '/peek': peek,
            '/big': (req, res) => {
              req.session.note = 'x'.repeat(2_000)
              express(res).json({ stored: true })
            },
          },
        },
        sessionsOf(store),
      )
      const browser = app.browser()
      await browser.get('/')
      const page = await browser.get('/big')
      expect([page.status, page.text]).toEqual([200, '{"stored":true}'])
      await expect.poll(() => app.errors).toEqual(['DISREDIS_SESSION_TOO_LARGE'])
      await expectViews(app, browser, 1)
    },
  )

  test('two of them on one application keep each its own sessions', async () => {
    const make = STORES.DisredisStore as () => DisredisStore
    const [outer, inner] = [make(), make()]
    await using app = await serveBehind(
      'Express 5',
      {
        behind: [sessionsOf(inner)],
        routes: {
          '/': views,
          '/peek': peek,
          '/logout': (req, res) => {
            req.session.destroy(() => res.end('out'))
          },
        },
      },
      sessionsOf(outer),
    )
    const browser = app.browser()
    await browser.get('/')
    const counts = () => Promise.all([outer, inner].map((store) => store.sessions.count()))
    expect(await counts()).toEqual([1, 0])
    const { cookie } = browser
    await browser.get('/logout')
    expect(await counts()).toEqual([0, 0])
    browser.cookie = cookie
    expect((await browser.get('/peek')).text).toBe('none')
  })
})
