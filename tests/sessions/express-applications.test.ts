import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type DisredisSession, disredisSession } from '@disredis/express-session'
import { type Fleet, startFleet } from '@disredis/fleet'
import { Controller, Get, Inject, Module, Req } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import { ExpressAdapter } from '@nestjs/platform-express'
import flash from 'connect-flash'
import { csrfSync } from 'csrf-sync'
import express, { type ErrorRequestHandler, type Express, type Request } from 'express'
import passport from 'passport'
import { Strategy } from 'passport-local'
import { Server as SocketServer } from 'socket.io'
import { io } from 'socket.io-client'
import { beforeAll, expect, test } from 'vitest'
import WebSocket, { WebSocketServer } from 'ws'
import 'reflect-metadata'

declare module 'express-session' {
  interface SessionData {
    views: number
    cart: string[]
    passport: { user?: string }
  }
}

let fleet: Fleet
beforeAll(async () => {
  fleet = await startFleet({ masters: 2, replicas: 1, sentinels: 3, downAfter: 2_000 })
  return () => fleet.close()
})

interface Served extends AsyncDisposable {
  readonly url: string
  readonly port: number
  readonly sessions: DisredisSession
  browser(): Browser
}

type Build = (app: Express, sessions: DisredisSession) => void

async function serve(build: Build, more: (served: Served, http: HttpServer) => void = () => {}) {
  const sessions = disredisSession({
    sentinels: fleet.sentinels,
    secret: 'the secret of these applications, 32 bytes',
    prefix: `${crypto.randomUUID()}:`,
    userId: (session) => session.passport?.user,
    // No failover ends an operation on a machine that does other work, too.
    deadline: 60_000,
  })
  const app = express()
  app.use(sessions, express.json())
  build(app, sessions)
  const answerError: ErrorRequestHandler = (error: { code?: string }, _req, res, _next) => {
    if (!res.headersSent) res.status(500).json(error.code ?? String(error))
  }
  app.use(answerError)
  const server = createServer(app)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const url = `http://127.0.0.1:${port}`
  const served: Served = {
    url,
    port,
    sessions,
    browser: () => new Browser(url),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      await sessions.close()
    },
  }
  more(served, server)
  return served
}

type HttpServer = ReturnType<typeof createServer>

class Browser {
  cookie = ''
  readonly #url: string

  constructor(url: string) {
    this.#url = url
  }

  async get(path: string, body?: object, headers: Record<string, string> = {}) {
    const response = await fetch(this.#url + path, {
      redirect: 'manual',
      headers: { cookie: this.cookie, 'content-type': 'application/json', ...headers },
      ...(body !== undefined && { method: 'POST', body: JSON.stringify(body) }),
    })
    this.cookie = response.headers.getSetCookie().at(-1)?.split(';', 1)[0] ?? this.cookie
    const text = await response.text()
    const location = response.headers.get('location')
    return { status: response.status, location, body: location ? text : JSON.parse(text) }
  }
}

test('Passport, flash messages and CSRF tokens, through a planned failover of every master', async () => {
  const users = passport as unknown as { use(strategy: Strategy): void } & typeof passport
  users.use(
    new Strategy((username, password, done) => {
      done(null, password === 'right' ? { id: username } : false, { message: 'Wrong password' })
    }),
  )
  users.serializeUser((user, done) => done(null, (user as { id: string }).id))
  users.deserializeUser((id: string, done) => done(null, { id } as Express.User))
  const { csrfSynchronisedProtection, generateToken } = csrfSync()
  await using app = await serve((it) => {
    it.use(flash(), passport.initialize(), passport.session())
    it.get('/token', (req, res) => {
      res.json(generateToken(req))
    })
    it.get('/cart', (req, res) => {
      req.session.cart = ['tea']
      res.json('kept')
    })
    it.post(
      '/login',
      csrfSynchronisedProtection,
      passport.authenticate('local', {
        keepSessionInfo: true,
        failureFlash: true,
        successRedirect: '/me',
        failureRedirect: '/messages',
      }),
    )
    it.get('/messages', (req, res) => {
      res.json(req.flash('error'))
    })
    it.get('/me', (req, res) => {
      res.json({ user: (req.user as { id: string } | undefined)?.id, cart: req.session.cart })
    })
    it.get('/count', (req, res) => {
      req.session.views = (req.session.views ?? 0) + 1
      res.json(req.session.views)
    })
    it.get('/logout', (req, res, next) => {
      req.logout((error) => (error ? next(error) : res.redirect('/me')))
    })
  })
  const browser = app.browser()
  await browser.get('/cart')
  const login = async (password: string) => {
    const { body: token } = await browser.get('/token')
    const credentials = { username: 'ada', password }
    return browser.get('/login', credentials, { 'x-csrf-token': String(token) })
  }
  expect((await browser.get('/login', { username: 'ada', password: 'right' })).status).toBe(500)
  expect((await login('wrong')).location).toBe('/messages')
  expect((await browser.get('/messages')).body).toEqual(['Wrong password'])
  expect((await browser.get('/messages')).body).toEqual([])
  const before = browser.cookie
  expect((await login('right')).location).toBe('/me')
  expect(browser.cookie).not.toBe(before)
  expect((await browser.get('/me')).body).toEqual({ user: 'ada', cart: ['tea'] })
  expect(await app.sessions.store.listSessions('ada')).toHaveLength(1)

  // Traffic goes on while each master is replaced: each answer is one more.
  let isOver = false
  let views = 0
  const traffic = (async () => {
    while (!isOver) expect((await browser.get('/count')).body).toBe(++views)
  })()
  for (const name of fleet.masters) {
    const master = fleet.master(name)
    await fleet.failover(name)
    await fleet.waitForMaster(name, { not: master })
  }
  isOver = true
  await traffic
  expect((await browser.get('/me')).body).toEqual({ user: 'ada', cart: ['tea'] })
  const loggedIn = app.browser()
  loggedIn.cookie = browser.cookie
  await browser.get('/logout')
  expect((await browser.get('/me')).body).toEqual({})
  expect((await loggedIn.get('/me')).body).toEqual({})
  expect(await app.sessions.store.listSessions('ada')).toEqual([])
})

test('ws and Socket.IO share the session of the page, and save to it', async () => {
  const sockets = new WebSocketServer({ noServer: true })
  const socketIo = new SocketServer()
  await using app = await serve(
    (it) => {
      it.get('/count', (req, res) => {
        req.session.views = (req.session.views ?? 0) + 1
        res.json(req.session.views)
      })
    },
    ({ sessions }, http) => {
      socketIo.attach(http)
      socketIo.engine.use(sessions)
      socketIo.on('connection', (socket) => {
        const { session } = socket.request as Request
        socket.on('add', (answer: (views: number) => void) => {
          session.views = (session.views ?? 0) + 10
          session.save(() => answer(session.views ?? 0))
        })
      })
      http.on('upgrade', (req, socket, head) => {
        if (!req.url?.startsWith('/ws')) return
        sessions(req, {}, () => {
          sockets.handleUpgrade(req, socket, head, (ws) => {
            const { session } = req as Request
            ws.on('message', () => {
              session.views = (session.views ?? 0) + 100
              session.save(() => ws.send(String(session.views)))
            })
          })
        })
      })
    },
  )
  const browser = app.browser()
  expect((await browser.get('/count')).body).toBe(1)
  const headers = { cookie: browser.cookie }
  const ws = new WebSocket(`ws://127.0.0.1:${app.port}/ws`, { headers })
  await once(ws, 'open')
  ws.send('add')
  const [message] = await once(ws, 'message')
  expect(String(message)).toBe('101')
  ws.close()
  await once(ws, 'close')
  expect((await browser.get('/count')).body).toBe(102)
  for (const transport of ['polling', 'websocket']) {
    const before = (await browser.get('/count')).body as number
    const client = io(app.url, { transports: [transport], extraHeaders: headers, forceNew: true })
    expect(await client.emitWithAck('add')).toBe(before + 10)
    client.disconnect()
  }
  await socketIo.close()
  sockets.close()
})

test('NestJS on Express: controllers and services find the session', async () => {
  const sessions = disredisSession({
    sentinels: fleet.sentinels,
    secret: 'the secret of these applications, 32 bytes',
    prefix: `${crypto.randomUUID()}:`,
    deadline: 60_000,
  })
  class Visits {
    count(req: Request): { views: number } {
      req.session.views = (req.session.views ?? 0) + 1
      return { views: req.session.views }
    }
  }
  class Pages {
    constructor(readonly visits: Visits) {}

    visit(req: Request) {
      return this.visits.count(req)
    }
  }
  class App {}
  // What the decorators do; vitest's compiler does not emit their metadata.
  Inject(Visits)(Pages, undefined as never, 0)
  Controller()(Pages)
  Get('/')(Pages.prototype, 'visit', Object.getOwnPropertyDescriptor(Pages.prototype, 'visit')!)
  Req()(Pages.prototype, 'visit', 0)
  Module({ controllers: [Pages], providers: [Visits] })(App)
  const app = await NestFactory.create(App, new ExpressAdapter(), { logger: false })
  app.use(sessions)
  await app.listen(0, '127.0.0.1')
  const browser = new Browser(await app.getUrl())
  try {
    expect((await browser.get('/')).body).toEqual({ views: 1 })
    expect((await browser.get('/')).body).toEqual({ views: 2 })
  } finally {
    await app.close()
    await sessions.close()
  }
})
