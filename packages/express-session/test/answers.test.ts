import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { ServerResponse } from 'node:http'
import { type ContractServers, startContractServers } from '@disredis/session-contract'
import type { Response } from 'express'
import session from 'express-session'
import { beforeAll, describe, expect, test } from 'vitest'
import { DisredisStore, OPERATION_CHANNEL, type SessionOperationEvent } from '../src/index.js'
import {
  type AnswerApp,
  type AnswerServer,
  FRAMEWORKS,
  gated,
  type Handler,
  serveAnswers,
  Wire,
} from './support/answer-server.js'

let servers: ContractServers
beforeAll(async () => {
  servers = await startContractServers({ masters: 1 })
  return () => servers[Symbol.asyncDispose]()
})

type Options = Omit<Parameters<typeof serveAnswers>[2], 'client'>
const serve = (framework: string, app: AnswerApp, options: Options = {}) =>
  serveAnswers(framework, app, { client: servers.disredis(), deadline: 60_000, ...options })

const views: Handler = (req, res) => {
  req.session.views = (req.session.views ?? 0) + 1
  res.end(String(req.session.views))
}
const peek: Handler = (req, res) => {
  res.end(String(req.session.views ?? 'none'))
}
const express = (res: ServerResponse) => res as Response

/** Saved, and seen by the next request. */
async function expectViews(app: AnswerServer, browser: { cookie: string | undefined }, n: unknown) {
  const other = app.browser()
  other.cookie = browser.cookie
  expect((await other.get('/peek')).text).toBe(String(n))
}

describe.each(['Express 5', 'Express 4'])('%s: a handler that', (framework) => {
  test('answers twice, since a return was forgotten, has answered once', async () => {
    const thrown: unknown[] = []
    await using app = await serve(framework, {
      routes: {
        '/': views,
        '/peek': peek,
        '/twice': (req, res) => {
          req.session.views = 10
          express(res).redirect('/login')
          try {
            express(res).status(200).json({ second: true })
          } catch (error) {
            thrown.push((error as { code?: unknown }).code)
            throw error
          }
        },
      },
    })
    const browser = app.browser()
    await browser.get('/')
    const page = await browser.get('/twice')
    expect([page.status, page.headers.get('location')]).toEqual([302, '/login'])
    expect(page.text).toContain('Redirecting to /login')
    expect(thrown).toEqual(['ERR_HTTP_HEADERS_SENT'])
    await expectViews(app, browser, 10)
  })

  test.each(['default', 'own'])(
    'throws after it has answered does not change the answer (%s error handler)',
    async (kind) => {
      await using app = await serve(framework, {
        routes: {
          '/': views,
          '/peek': peek,
          '/later': (req, res) => {
            req.session.views = 10
            express(res).json({ ok: 1 })
            throw new Error('later')
          },
        },
        onError: (error, req, res) => {
          if (kind === 'own') express(res).status(500).json({ message: error.message })
          // As Express's own handler does it: the connection of an answered response is ended.
          else if (res.headersSent) req.socket.destroy()
        },
      })
      const browser = app.browser()
      await browser.get('/')
      const page = await browser.get('/later')
      expect([page.status, page.text]).toEqual([200, '{"ok":1}'])
      await expectViews(app, browser, 10)
    },
  )

  test('looks whether it has answered is told that it has', async () => {
    await using app = await serve(framework, {
      routes: {
        '/': (req, res) => {
          req.session.views = 1
          express(res).json({ ok: 1 })
          if (!res.headersSent) express(res).status(500).json({ failed: 1 })
        },
      },
    })
    const page = await app.browser().get('/')
    expect([page.status, page.text]).toEqual([200, '{"ok":1}'])
  })

  test.each<[string, (res: ServerResponse) => void]>([
    [
      'statusCode',
      (res) => {
        res.statusCode = 500
        res.end('id')
      },
    ],
    ['writeHead', (res) => res.writeHead(500, { 'Content-Type': 'text/plain' }).end('id')],
    ['json', (res) => void express(res).status(500).json('id')],
    [
      'a stream',
      (res) => {
        res.statusCode = 500
        res.write('i')
        res.end('d')
      },
    ],
  ])(
    'cannot be saved leaves no trace in what the error handler answers by %s',
    async (_, answer) => {
      await using app = await serve(
        framework,
        {
          before: [
            (_req, res, next) => {
              res.setHeader('X-Frame-Options', 'DENY')
              next()
            },
          ],
          routes: {
            '/': views,
            '/peek': peek,
            '/big': (req, res) => {
              req.session.note = 'x'.repeat(2_000)
              express(res)
                .set({ 'Cache-Control': 'public', 'Set-Cookie': 'a=b', 'X-Frame-Options': 'ALLOW' })
                .location('/elsewhere')
                .status(201)
                .json({ stored: 'x'.repeat(100) })
            },
          },
          onError: (_error, _req, res) => answer(res),
        },
        { maxPayload: 1_000 },
      )
      const browser = app.browser()
      await browser.get('/')
      const page = await browser.get('/big')
      expect([page.status, page.text.replaceAll('"', '')]).toEqual([500, 'id'])
      for (const name of ['cache-control', 'location', 'set-cookie']) {
        expect([name, page.headers.get(name)]).toEqual([name, null])
      }
      expect(page.headers.get('x-frame-options')).toBe('DENY')
      expect(app.errors).toEqual(['DISREDIS_SESSION_TOO_LARGE'])
      await expectViews(app, browser, 1)
    },
  )

  test('redirects while its own save is under way is followed to what was saved', async () => {
    const gate = gated(servers.disredis())
    await using app = await serveAnswers(
      framework,
      {
        routes: {
          '/': views,
          '/peek': peek,
          '/go': (req, res) => {
            gate.shut()
            req.session.views = 10
            req.session.save()
            express(res).redirect('/peek')
          },
        },
      },
      { client: gate.client, deadline: 60_000 },
    )
    const browser = app.browser()
    await browser.get('/')
    using wire = new Wire(app.port)
    wire.get('/go', browser.cookie)
    await expect.poll(() => gate.waiting).toBe(1)
    await browser.get('/peek')
    expect(wire.received).toBe('')
    gate.open()
    await expect.poll(() => wire.received).toContain('302 Found')
    // What the handler asked for is not written once more.
    expect(gate.waiting).toBe(1)
    await expectViews(app, browser, 10)
  })
})

describe.each(Object.keys(FRAMEWORKS))('%s: a response', (framework) => {
  test('is saved before its first byte leaves, and looks answered meanwhile', async () => {
    const gate = gated(servers.disredis())
    const seen: unknown[] = []
    const codeOf = (work: () => unknown) => {
      try {
        work()
        return 'nothing thrown'
      } catch (error) {
        return (error as { code?: unknown }).code
      }
    }
    await using app = await serveAnswers(
      framework,
      {
        routes: {
          '/': (req, res) => {
            gate.shut()
            req.session.views = 1
            res.end('saved')
            seen.push(
              res.headersSent,
              res.writableEnded,
              res.writableFinished,
              // What middleware of other ages goes by.
              res.finished,
              Boolean((res as { _header?: unknown })._header),
              codeOf(() => res.setHeader('a', 'b')),
              codeOf(() => res.appendHeader('a', 'b')),
              codeOf(() => res.removeHeader('a')),
              codeOf(() => res.writeHead(500)),
            )
          },
          '/health': (_req, res) => res.end('up'),
        },
      },
      { client: gate.client, deadline: 60_000 },
    )
    using wire = new Wire(app.port)
    wire.get('/')
    await expect.poll(() => gate.waiting).toBe(1)
    const sent = 'ERR_HTTP_HEADERS_SENT'
    expect(seen).toEqual([true, true, false, true, true, sent, sent, sent, sent])
    await app.browser().get('/health')
    expect(wire.received).toBe('')
    gate.open()
    await expect.poll(() => wire.received).toMatch(/^HTTP\/1.1 200 [\s\S]*\r\n\r\nsaved$/)
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
  ])('whose session holds %s is an error of that request', async (_, make) => {
    await using app = await serve(framework, {
      routes: {
        '/': views,
        '/peek': peek,
        '/end': (req, res) => {
          req.session.note = make()
          res.end('ok')
        },
        '/stream': (req, res) => {
          req.session.note = make()
          res.write('o')
          res.end('k')
        },
      },
    })
    const browser = app.browser()
    await browser.get('/')
    for (const path of ['/end', '/stream']) {
      const page = await browser.get(path)
      expect([page.status, page.text]).toEqual([500, '{"code":"DISREDIS_SESSION_INVALID"}'])
    }
    expect((await app.browser().get('/end')).status).toBe(500)
    expect(app.errors).toEqual(Array(3).fill('DISREDIS_SESSION_INVALID'))
    await expectViews(app, browser, 1)
  })

  test('that is written to after its end is what it was', async () => {
    const codes: unknown[] = []
    await using app = await serve(framework, {
      routes: {
        '/': (req, res) => {
          req.session.views = 1
          res.end('ok')
          res.write('more', (error) => codes.push((error as { code?: string } | null)?.code))
          res.end('most')
        },
        '/unchanged': (_req, res) => {
          res.end('ok')
          res.write('more')
        },
      },
    })
    expect((await app.browser().get('/')).text).toBe('ok')
    expect((await app.browser().get('/unchanged')).text).toBe('ok')
    expect(codes).toEqual(['ERR_STREAM_WRITE_AFTER_END'])
  })

  test('is 503 with Retry-After, once, when Redis does not answer', async () => {
    let frozen: Awaited<ReturnType<typeof servers.freeze>> | undefined
    await using app = await serve(
      framework,
      {
        routes: {
          '/': views,
          '/peek': peek,
          '/frozen': async (req, res) => {
            frozen = await servers.freeze()
            req.session.views = 10
            res.setHeader('Cache-Control', 'public')
            res.end('stored')
          },
        },
      },
      { deadline: 1_500, touchAfter: 0 },
    )
    const browser = app.browser()
    await browser.get('/')
    const told: string[] = []
    const listen = (event: unknown) => {
      const { operation, outcome } = event as SessionOperationEvent
      told.push(`${operation} ${outcome}`)
    }
    subscribe(OPERATION_CHANNEL, listen)
    try {
      const page = await browser.get('/frozen')
      expect([page.status, page.headers.get('retry-after')]).toEqual([503, '1'])
      expect(page.headers.get('cache-control')).toBe(null)
      const load = await browser.get('/peek')
      expect([load.status, load.headers.get('retry-after')]).toEqual([503, '1'])
    } finally {
      unsubscribe(OPERATION_CHANNEL, listen)
      await frozen?.end()
    }
    expect(told).toEqual(['get hit', 'set error', 'get error'])
    expect(app.errors).toEqual(Array(2).fill('DISREDIS_SESSION_UNAVAILABLE'))
    // Nobody is logged out; what was sent to a frozen server may be written when it goes on.
    await expect.poll(async () => (await browser.get('/peek')).text).toMatch(/^10?$/)
  })
})

test('two middlewares on one application: each session stays in its own store', async () => {
  const inner = new DisredisStore({ client: servers.disredis(), prefix: 'inner:' })
  await using outer = await serve('Express 5', {
    before: [
      session({
        store: inner,
        name: 'inner',
        secret: 'the secret of the inner one, which is another one',
        resave: false,
        saveUninitialized: false,
      }) as unknown as Handler,
    ],
    routes: {
      '/': views,
      '/logout': (req, res) => {
        req.session.destroy(() => res.end('out'))
      },
      '/login': (req, res, next) => {
        outer.sessions.store.login(req, 'ada').then(() => res.end('in'), next)
      },
    },
  })
  const browser = outer.browser()
  await browser.get('/')
  expect(browser.cookie).toMatch(/^inner=/)
  expect(await inner.sessions.count()).toBe(1)
  expect(await outer.sessions.store.sessions.count()).toBe(0)
  await browser.get('/logout')
  expect(await inner.sessions.count()).toBe(0)
  // It is no session of that store: there is nobody to log in.
  expect((await browser.get('/login')).text).toBe('{"code":"DISREDIS_SESSION_INVALID"}')
  await inner.close()
})
