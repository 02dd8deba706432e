import { type EventEmitter, once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { disredisSession as expressSessions } from '@disredis/express-session'
import fastifySessions from '@disredis/fastify-session'
import type { SessionConnection, SessionCounters } from '@disredis/session-store'
import express, { type Request } from 'express'
import fastify, { type FastifyRequest } from 'fastify'

/** What both applications keep in a session. */
interface Fields {
  userId?: string
  color?: string
  size?: string
}

declare module 'express-session' {
  interface SessionData extends Fields {}
}

declare module 'fastify' {
  interface Session extends Fields {}
}

/** An HTTP server with sessions; which framework it is made with, nobody can tell from outside. */
export interface SessionApp {
  readonly url: string
  readonly counters: Readonly<SessionCounters>
  close(): Promise<void>
}

export interface SessionAppOptions {
  readonly connection: SessionConnection
  readonly prefix: string
  /** `/slow` waits for this event. */
  readonly gate: EventEmitter
}

/** What makes a session of one the session of the other: secret and cookie name, and the store's prefix. */
const SECRET = 'the secret of both applications, 32 bytes'
const COOKIE = 'sid'
const MAX_AGE = 3_600_000

/** What a route does with a request of either framework. */
interface Actions {
  readonly session: Fields
  login(userId: string): Promise<void>
  logout(): Promise<void>
  logoutEverywhere(userId: string): Promise<void>
}

type Route = (actions: Actions, query: URLSearchParams, gate: EventEmitter) => Promise<unknown>

const change = (session: Fields, query: URLSearchParams) => {
  const { color, size } = Object.fromEntries(query)
  if (color !== undefined) session.color = color
  if (size !== undefined) session.size = size
}

const ROUTES: Readonly<Record<string, Route>> = {
  '/get': async () => undefined,
  '/set': async ({ session }, query) => change(session, query),
  '/slow': async ({ session }, query, gate) => {
    const released = once(gate, 'go on')
    gate.emit('under way')
    await released
    change(session, query)
  },
  '/login': ({ login }, query) => login(query.get('id') ?? ''),
  '/logout': ({ logout }) => logout(),
  '/logout-everywhere': ({ session, logoutEverywhere }) => logoutEverywhere(session.userId ?? ''),
}

export async function serveExpress(options: SessionAppOptions): Promise<SessionApp> {
  const { connection, prefix, gate } = options
  const sessions = expressSessions({
    ...connection,
    prefix,
    deadline: 30_000,
    name: COOKIE,
    secret: SECRET,
    cookie: { maxAge: MAX_AGE },
  })
  const { store } = sessions
  const app = express()
  app.use(sessions)
  const actionsOf = (request: Request): Actions => ({
    session: request.session,
    login: (userId) => store.login(request, userId),
    logout: () =>
      new Promise((resolve, reject) => {
        request.session.destroy((error) => (error ? reject(error) : resolve()))
      }),
    logoutEverywhere: (userId) => store.logoutEverywhere(userId),
  })
  for (const [path, route] of Object.entries(ROUTES)) {
    app.get(path, async (request, response) => {
      const query = new URL(request.url, 'http://localhost').searchParams
      await route(actionsOf(request), query, gate)
      response.json(fieldsOf(request.session))
    })
  }
  const server = createServer(app)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get counters() {
      return store.counters
    },
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      await store.close()
    },
  }
}

export async function serveFastify(options: SessionAppOptions): Promise<SessionApp> {
  const { connection, prefix, gate } = options
  const app = fastify()
  await app.register(fastifySessions, {
    ...connection,
    prefix,
    deadline: 30_000,
    secret: SECRET,
    cookieName: COOKIE,
    cookiePrefix: 's:',
    cookie: { maxAge: MAX_AGE },
  })
  const { sessionStore: store } = app
  const actionsOf = (request: FastifyRequest): Actions => ({
    session: request.session,
    login: (userId) => store.login(request, userId),
    logout: () => request.session.destroy(),
    logoutEverywhere: (userId) => store.logoutEverywhere(userId),
  })
  for (const [path, route] of Object.entries(ROUTES)) {
    app.get(path, async (request) => {
      const query = new URL(request.url, 'http://localhost').searchParams
      await route(actionsOf(request), query, gate)
      return fieldsOf(request.session)
    })
  }
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  return {
    url,
    get counters() {
      return store.counters
    },
    async close() {
      app.server.closeAllConnections()
      await app.close()
    },
  }
}

/** There is no session any more after a logout. */
function fieldsOf(session: Fields | null | undefined): Fields {
  const { userId, color, size } = session ?? {}
  return JSON.parse(JSON.stringify({ userId, color, size }))
}
