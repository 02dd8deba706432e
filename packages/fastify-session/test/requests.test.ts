import { randomUUID } from 'node:crypto'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { OPERATION_CHANNEL, type SessionOperationEvent } from '@disredis/session-store'
import type { FastifyInstance } from 'fastify'
import { describe, expect, test } from 'vitest'
import { addRoutes, SECRET, useApps } from './support/sessions-app.js'

const { fleet, open } = useApps()

describe('round trips', () => {
  /** What the server executes during some work, apart from what keeps connections and replicas. */
  async function commandsOf(work: () => Promise<unknown>): Promise<Record<string, number>> {
    const master = fleet().master()
    await master.command('CONFIG', 'RESETSTAT')
    await work()
    const stats = String(await master.command('INFO', 'commandstats'))
    const counts = [...stats.matchAll(/^cmdstat_(\w+):calls=(\d+)/gm)]
    const session = counts.filter(([, name = '']) =>
      /^(h(?!ello)|z|eval|get|set|del|unlink)/.test(name),
    )
    return Object.fromEntries(session.map(([, name = '', calls]) => [name, Number(calls)]))
  }

  test('a request that changes nothing costs one command', async () => {
    const { jar } = await open()
    const one = jar()
    await one.get('/set?color=red')
    expect(await commandsOf(() => one.get('/get'))).toEqual({ hmget: 1 })
  })

  test('of a user costs two, at the same time', async () => {
    const { jar } = await open()
    const one = jar()
    await one.get('/login?id=ada')
    expect(await commandsOf(() => one.get('/get'))).toEqual({ hmget: 1, zscore: 1 })
  })

  test('a visit without a cookie costs none', async () => {
    const { jar } = await open()
    expect(await commandsOf(() => jar().get('/get'))).toEqual({})
  })
})

describe('a session that cannot be saved', () => {
  function failingRoutes(app: FastifyInstance): void {
    addRoutes(app)
    app.get('/big', async ({ session }) => {
      session.color = 'x'.repeat(5_000)
      return {}
    })
    app.get('/big-and-saved', async ({ session }) => {
      session.color = 'x'.repeat(5_000)
      await session.save()
      return {}
    })
    app.get('/big-and-caught', async ({ session }) => {
      session.color = 'x'.repeat(5_000)
      await session.save().catch(() => {
        session.color = 'small'
      })
      return {}
    })
    app.setErrorHandler(async (error: { code?: string }, request, reply) => {
      await reply.status(503).send({ code: error.code, sees: request.session.color?.length })
    })
  }

  test.each(['/big', '/big-and-saved'])(
    '%s: the application’s error handler answers, once',
    async (path) => {
      const { app, jar } = await open({ maxPayload: 2_000, routes: failingRoutes })
      const one = jar()
      await one.get('/set?color=red')
      expect(await one.get(path)).toEqual({
        status: 503,
        body: { code: 'DISREDIS_SESSION_TOO_LARGE', sees: 5_000 },
        sent: [],
      })
      expect((await one.get('/get')).body).toEqual({ color: 'red' })
      expect(app.sessionStore.counters).toMatchObject({ created: 1, updated: 0 })
    },
  )

  test('what the handler mends itself is saved', async () => {
    const { jar } = await open({ maxPayload: 2_000, routes: failingRoutes })
    const one = jar()
    expect((await one.get('/big-and-caught')).status).toBe(200)
    expect((await one.get('/get')).body).toEqual({ color: 'small' })
  })

  test('is tried once: a request in an outage fails within its deadlines', async () => {
    const { jar } = await open({
      deadline: 1_500,
      routes: (app) => {
        addRoutes(app)
        app.get('/set-while-frozen', async ({ session }) => {
          await fleet().master().pause()
          session.color = 'blue'
          return {}
        })
      },
    })
    const one = jar()
    await one.get('/set?color=red')
    const tried: (string | undefined)[] = []
    const listen = (event: unknown) => {
      const { operation, errorCode } = event as SessionOperationEvent
      if (operation === 'set') tried.push(errorCode)
    }
    subscribe(OPERATION_CHANNEL, listen)
    try {
      const { status, body, sent } = await one.get('/set-while-frozen')
      const code = 'DISREDIS_SESSION_UNAVAILABLE'
      expect([status, body, sent]).toMatchObject([503, { code }, []])
      // Not for each of the three responses that Fastify tries to send.
      expect(tried).toEqual([code])
    } finally {
      unsubscribe(OPERATION_CHANNEL, listen)
      await fleet().master().resume()
    }
  })
})

describe('secrets', () => {
  test('are rotated: what an older one signed stays good, and is signed anew', async () => {
    const older = 'an older secret of this test, 32 bytes'
    const prefix = `${randomUUID()}:`
    const before = await open({ secret: older, prefix })
    const one = before.jar()
    await one.get('/set?color=red')
    const cookie = one.cookies.get('sessionId') ?? ''
    const after = await open({ secret: [SECRET, older], prefix })
    const two = after.jar()
    two.cookies.set('sessionId', cookie)
    expect((await two.get('/get')).body).toEqual({ color: 'red' })
    const renewed = two.cookies.get('sessionId') ?? ''
    expect(renewed).not.toBe(cookie)
    expect(renewed.split('.')[0]).toBe(cookie.split('.')[0])
    expect((await two.get('/get')).body).toEqual({ color: 'red' })
  })

  test('are not guessed: a cookie with another signature is cleared', async () => {
    const { jar } = await open()
    const one = jar()
    one.cookies.set('sessionId', `${'a'.repeat(32)}.signature`)
    const { status, sent } = await one.get('/get')
    expect([status, sent]).toEqual([200, [expect.stringMatching(/^sessionId=; .*Max-Age=0/)]])
  })
})

test('a cookie that is not Secure is warned of in production', async () => {
  const warned = new Promise<Error & { code?: string }>((resolve) => {
    process.once('warning', resolve)
  })
  const { NODE_ENV } = process.env
  process.env.NODE_ENV = 'production'
  try {
    const { jar } = await open()
    await jar().get('/set?color=red')
  } finally {
    process.env.NODE_ENV = NODE_ENV
  }
  expect(await warned).toMatchObject({
    code: 'DISREDIS_INSECURE_COOKIE',
    message: 'The session cookie is not Secure',
  })
})
