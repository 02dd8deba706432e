import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type ContractServers,
  type Failure,
  failing,
  startContractServers,
} from '@disredis/session-contract'
import express, { type RequestHandler, type Response } from 'express'
import { beforeAll, describe, expect, test } from 'vitest'
import { gated, type Handler, serveAnswers, Wire } from './support/answer-server.js'

let servers: ContractServers
beforeAll(async () => {
  servers = await startContractServers({ masters: 1 })
  return () => servers[Symbol.asyncDispose]()
})

const who: Handler = (req, res) => {
  res.end(String(req.session.userId ?? 'nobody'))
}
const DEADLINE = { deadline: 30_000 }

describe('a login', () => {
  const steps: [n: number, how: Failure][] = [
    [1, 'refused'],
    [2, 'refused'],
    [2, 'made'],
    [3, 'refused'],
    [3, 'made'],
  ]
  test.each(steps)('whose script %i is %s has logged nobody in', async (n, how) => {
    const { client, fail } = failing(servers.disredis())
    await using app = await serveAnswers(
      'Express 5',
      {
        routes: {
          '/who': who,
          '/login': async (req, res) => {
            // As an application that shows what went wrong, and lets its session middleware finish.
            try {
              await app.sessions.store.login(req, 'ada', { cart: ['tea'] })
              res.end('welcome')
            } catch {
              res.statusCode = req.url?.includes('as-503') ? 503 : 200
              res.end(`sorry, ${req.session.userId ?? 'nobody'}`)
            }
          },
        },
      },
      { client, ...DEADLINE },
    )
    // Brings the scripts to the server.
    expect((await app.browser().get('/login')).text).toBe('welcome')
    for (const path of ['/login', '/login?as-503']) {
      const browser = app.browser()
      fail(n, how)
      const page = await browser.get(path)
      expect([page.text, page.cookie]).toEqual(['sorry, nobody', undefined])
      expect((await browser.get('/who')).text).toBe('nobody')
    }
    await expect.poll(async () => (await app.sessions.store.listSessions('ada')).length).toBe(1)
  })

  test('with what came in a request changes no prototype', async () => {
    const json = express.json() as RequestHandler
    await using app = await serveAnswers(
      'Express 5',
      {
        behind: [json as unknown as Handler],
        routes: {
          '/who': (req, res) => {
            const { isAdmin, note } = req.session as { isAdmin?: boolean; note?: unknown }
            res.end(JSON.stringify({ user: req.session.userId, isAdmin, note }))
          },
          '/login': async (req, res) => {
            const { body } = req as unknown as { body: object }
            await app.sessions.store.login(req, 'ada', body)
            const isSession = typeof req.session.save === 'function'
            const { isAdmin } = req.session as { isAdmin?: boolean }
            res.end(JSON.stringify({ isSession, isAdmin }))
          },
        },
      },
      { client: servers.disredis(), ...DEADLINE },
    )
    const browser = app.browser()
    const page = await browser.get('/login', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"__proto__":{"isAdmin":true,"save":1},"constructor":1,"note":"kept"}',
    })
    expect(JSON.parse(page.text)).toEqual({ isSession: true })
    expect(JSON.parse((await browser.get('/who')).text)).toEqual({ user: 'ada', note: 'kept' })
  })
})

describe('the end of a session', () => {
  const logout: Handler = (req, res) => {
    req.session.destroy(() => undefined)
    ;(res as unknown as Response).redirect('/who')
  }
  const login: Handler = (req, res, next) => {
    req.session.userId = 'ada'
    req.session.save((error) => (error ? next(error) : res.end('in')))
  }

  test('that the handler does not wait for is over before its answer leaves', async () => {
    const gate = gated(servers.disredis())
    await using app = await serveAnswers(
      'Express 5',
      { routes: { '/who': who, '/login': login, '/logout': logout } },
      { client: gate.client, ...DEADLINE },
    )
    const browser = app.browser()
    await browser.get('/login')
    using wire = new Wire(app.port)
    gate.shut()
    wire.get('/logout', browser.cookie)
    await expect.poll(() => gate.waiting).toBe(1)
    expect((await browser.get('/who')).text).toBe('ada')
    expect(wire.received).toBe('')
    gate.open()
    await expect.poll(() => wire.received).toContain('302 Found')
    expect((await browser.get('/who')).text).toBe('nobody')
  })

  test('that fails is no success, whatever the handler makes of it', async () => {
    const { client, fail } = failing(servers.disredis())
    await using app = await serveAnswers(
      'Express 5',
      { routes: { '/who': who, '/login': login, '/logout': logout } },
      { client, ...DEADLINE },
    )
    const browser = app.browser()
    await browser.get('/login')
    fail(1)
    const page = await browser.get('/logout')
    expect([page.status, page.headers.get('location')]).toEqual([503, null])
    expect(app.errors).toEqual(['DISREDIS_SESSION_UNAVAILABLE'])
    expect((await browser.get('/who')).text).toBe('ada')
  })
})

describe('a cookie whose time', () => {
  const app = (change: Handler) =>
    serveAnswers(
      'Express 5',
      { routes: { '/who': who, '/login': change } },
      { client: servers.disredis(), cookie: { maxAge: 3_600_000 }, ...DEADLINE },
    )

  test('is taken away ends with the browser, and its session is kept', async () => {
    await using served = await app((req, res) => {
      req.session.userId = 'ada'
      req.session.cookie.expires = false as never
      res.end('in')
    })
    const browser = served.browser()
    const page = await browser.get('/login')
    expect(page.headers.get('set-cookie')).not.toMatch(/expires/i)
    expect((await browser.get('/who')).text).toBe('ada')
  })

  test('is no date is an error that says so', async () => {
    const messages: string[] = []
    await using served = await serveAnswers(
      'Express 5',
      {
        routes: {
          '/login': (req, res) => {
            req.session.userId = 'ada'
            req.session.cookie.expires = new Date(Number.NaN)
            res.end('in')
          },
        },
        onError: (error, _req, res) => {
          messages.push(error.message)
          res.statusCode = 500
          res.end(error.code)
        },
      },
      { client: servers.disredis(), ...DEADLINE },
    )
    expect((await served.browser().get('/login')).text).toBe('DISREDIS_SESSION_INVALID')
    expect(messages).toEqual(['The cookie has an expiry that is not a valid date'])
  })
})

describe('a lock is given back when its client goes away', () => {
  /** @param hold is inside the lock */
  async function expectGivenBack(hold: Handler): Promise<void> {
    let isClosed = false
    const locked: RequestHandler = (req, res, next) =>
      app.sessions.store.lock({ wait: 20_000, life: 3_600_000 })(req, res, next)
    await using app = await serveAnswers(
      'Express 5',
      {
        behind: [
          (req, res, next) =>
            req.url?.startsWith('/locked') ? locked(req as never, res as never, next) : next(),
        ],
        routes: {
          '/login': (req, res) => {
            req.session.userId = 'ada'
            res.end('in')
          },
          '/locked-and-left': (req, res, next) => {
            res.once('close', () => {
              isClosed = true
            })
            // It has been let in.
            res.writeProcessing()
            return hold(req, res, next)
          },
          '/locked': who,
        },
      },
      { client: servers.disredis(), ...DEADLINE },
    )
    const browser = app.browser()
    await browser.get('/login')
    {
      using wire = new Wire(app.port)
      wire.get('/locked-and-left', browser.cookie)
      await expect.poll(() => wire.received).toContain('102 Processing')
    }
    await expect.poll(() => isClosed).toBe(true)
    expect((await browser.get('/locked')).text).toBe('ada')
  }

  test('while the handler has not answered, and never will', () => expectGivenBack(() => undefined))

  test('while a file is sent', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'disredis-file-'))
    const file = join(folder, 'big.bin')
    const ends: unknown[] = []
    try {
      await writeFile(file, '')
      await truncate(file, 1_000_000_000)
      await expectGivenBack((_req, res) => {
        ;(res as unknown as Response).sendFile(file, (error) =>
          ends.push((error as { code?: string } | undefined)?.code),
        )
      })
      expect(ends).toEqual(['ECONNABORTED'])
    } finally {
      await rm(folder, { recursive: true })
    }
  })
})
