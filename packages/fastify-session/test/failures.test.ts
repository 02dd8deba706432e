import { Disredis } from '@disredis/client'
import { type Failure, failing } from '@disredis/session-contract'
import type { FastifyInstance } from 'fastify'
import { describe, expect, test } from 'vitest'
import { CookieJar } from './support/cookie-jar.js'
import { addRoutes, useApps } from './support/sessions-app.js'

const { fleet, open } = useApps()

test('an outage is told to people as one: 503, Retry-After, and no word of options', async () => {
  // With the usual deadline: a loaded machine may take long for a session that is to be there.
  const one = (await open({ prefix: 'outage:' })).jar()
  await one.get('/set?color=red')
  const { app } = await open({ prefix: 'outage:', deadline: 300 })
  await fleet().master().pause()
  try {
    for (const path of ['/get', '/set?color=blue']) {
      const cookie = [...one.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
      const response = await app.inject({ url: path, headers: { cookie } })
      expect([response.statusCode, response.headers['retry-after']]).toEqual([503, '1'])
      expect(response.json()).toEqual({
        statusCode: 503,
        code: 'DISREDIS_SESSION_UNAVAILABLE',
        error: 'Service Unavailable',
        message: 'Your session cannot be reached at the moment; please try again in a few seconds',
      })
    }
  } finally {
    await fleet().master().resume()
  }
})

describe('a login', () => {
  const steps: [n: number, how: Failure][] = [
    [1, 'refused'],
    [2, 'refused'],
    [2, 'made'],
    [3, 'refused'],
    [3, 'made'],
  ]
  test.each(steps)('whose script %i is %s has logged nobody in', async (n, how) => {
    const disredis = new Disredis({ sentinels: fleet().sentinels })
    const { client, fail } = failing(disredis)
    const { app } = await open({
      client,
      sentinels: undefined,
      routes(it: FastifyInstance) {
        addRoutes(it)
        it.get('/login-somehow', async (request) => {
          // As an application that shows what went wrong with a page of its own.
          await it.sessionStore.login(request, 'ada').catch(() => undefined)
          return {}
        })
      },
    } as never)
    await new CookieJar(app).get('/login?id=ada')
    const one = new CookieJar(app)
    await one.get('/set?color=red')
    fail(n, how)
    await one.get('/login-somehow')
    const { body } = await one.get('/get')
    expect((body as { userId?: string }).userId).toBeUndefined()
    await app.close()
    disredis.disconnect()
  })

  test('with what came in a request changes no prototype', async () => {
    const { app, jar } = await open({
      routes(it) {
        addRoutes(it)
        it.get('/login-with', async (request) => {
          const fields = JSON.parse('{"__proto__":{"isAdmin":true},"constructor":1,"color":"red"}')
          await it.sessionStore.login(request, 'ada', fields)
          const { isAdmin } = request.session as { isAdmin?: boolean }
          return { isAdmin: isAdmin ?? null, hasSave: typeof request.session.save }
        })
      },
    })
    const one = jar()
    expect((await one.get('/login-with')).body).toEqual({ isAdmin: null, hasSave: 'function' })
    expect((await one.get('/get')).body).toMatchObject({ userId: 'ada', color: 'red' })
    await app.close()
  })
})
