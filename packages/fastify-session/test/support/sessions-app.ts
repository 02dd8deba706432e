import { randomUUID } from 'node:crypto'
import { type Fleet, startFleet } from '@disredis/fleet'
import type { FastifySessionOptions } from '@fastify/session'
import fastify, { type FastifyInstance, type FastifyServerOptions, type Session } from 'fastify'
import { afterEach, beforeAll } from 'vitest'
import disredisSession, { type FastifyPolicy } from '../../src/index.js'
import { CookieJar } from './cookie-jar.js'

export const SECRET = 'a secret of this test, 32 bytes and more'

declare module 'fastify' {
  interface Session {
    userId?: string
    color?: string
    account?: { readonly id: number }
    n?: number
  }
}

export interface Options extends FastifyPolicy, Partial<FastifySessionOptions> {
  /** Of Fastify itself. */
  readonly server?: FastifyServerOptions
  /** Called when the plugin is registered. */
  readonly routes?: (app: FastifyInstance) => void
}

/** A fleet for a file of tests, and applications on it that close with their test. */
export function useApps(): {
  readonly fleet: () => Fleet
  open(options?: Options): Promise<{ app: FastifyInstance; jar: () => CookieJar }>
} {
  let fleet: Fleet | undefined
  const opened: FastifyInstance[] = []
  const started = () => {
    if (fleet === undefined) throw new Error('The fleet has not started yet')
    return fleet
  }
  beforeAll(async () => {
    fleet = await startFleet({ masters: 1, replicas: 0, sentinels: 1, downAfter: 60_000 })
    return () => fleet?.close()
  })
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((app) => app.close()))
  })
  return {
    fleet: started,
    async open({ server, routes = addRoutes, ...options } = {}) {
      const app = fastify(server)
      opened.push(app)
      await app.register(disredisSession, {
        sentinels: started().sentinels,
        secret: SECRET,
        // Sessions of its own.
        prefix: `${randomUUID()}:`,
        deadline: 30_000,
        ...options,
      })
      routes(app)
      await app.ready()
      return { app, jar: () => new CookieJar(app) }
    },
  }
}

/** Shows and changes the session of the request. */
export function addRoutes(app: FastifyInstance): void {
  app.get('/get', async ({ session }) => fieldsOf(session))
  app.get<{ Querystring: Session }>('/set', async ({ session, query }) => {
    Object.assign(session, query)
    return fieldsOf(session)
  })
  app.get<{ Querystring: { id: string } }>('/login', async (request) => {
    await app.sessionStore.login(request, request.query.id)
    return fieldsOf(request.session)
  })
  app.get('/logout', async ({ session }) => {
    await session.destroy()
    return {}
  })
}

export function fieldsOf(session: Session): Omit<Session, 'cookie'> {
  const { cookie, ...fields } = session
  return fields
}
