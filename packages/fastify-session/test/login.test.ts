import { randomUUID } from 'node:crypto'
import type { FastifyInstance, Session } from 'fastify'
import { describe, expect, test } from 'vitest'
import { addRoutes, fieldsOf, useApps } from './support/sessions-app.js'

const { open } = useApps()

describe('login', () => {
  test('gives the browser a new session with the user in it; the old one is over', async () => {
    const { app, jar } = await open()
    const one = jar()
    await one.get('/set?color=red')
    const before = one.cookies.get('sessionId')
    expect((await one.get('/login?id=ada')).body).toEqual({ userId: 'ada' })
    expect(one.cookies.get('sessionId')).not.toBe(before)
    expect((await one.get('/get')).body).toEqual({ userId: 'ada' })
    const old = jar()
    old.cookies.set('sessionId', before ?? '')
    expect((await old.get('/get')).body).toEqual({})
    expect(await app.sessionStore.sessions.count()).toBe(1)
    // One write for the login; the response had nothing to add.
    expect(app.sessionStore.counters).toMatchObject({ created: 2, updated: 0 })
  })

  test('takes more fields, and needs them where option userId is a function', async () => {
    const { jar } = await open({
      userId: ({ account }) => account?.id,
      routes: (app) => {
        addRoutes(app)
        app.get('/login-with', async (request) => {
          await app.sessionStore.login(request, 7, { account: { id: 7 }, color: 'red' })
          return fieldsOf(request.session)
        })
        app.get('/login-without', (request) => app.sessionStore.login(request, 7))
      },
    })
    const one = jar()
    expect((await one.get('/login-with')).body).toEqual({ account: { id: 7 }, color: 'red' })
    expect(await one.get('/login-without')).toMatchObject({
      status: 500,
      body: { code: 'DISREDIS_SESSION_OPTION' },
    })
    // It was refused before anything was changed.
    expect((await one.get('/get')).body).toEqual({ account: { id: 7 }, color: 'red' })
  })

  test('that fails leaves the request its session, and the browser its cookie', async () => {
    const prefix = `${randomUUID()}:`
    let before: Session | undefined
    let after: Session | undefined
    const { jar } = await open({
      prefix,
      routes: (app) => {
        addRoutes(app)
        app.get('/login-fails', async (request) => {
          before = request.session
          await app.sessionStore.close()
          try {
            await app.sessionStore.login(request, 'ada')
          } finally {
            after = request.session
          }
        })
      },
    })
    const one = jar()
    await one.get('/set?color=red&userId=bob')
    const answer = await one.get('/login-fails')
    expect(answer).toMatchObject({ status: 503, sent: [] })
    expect(answer.body).toMatchObject({ code: 'DISREDIS_SESSION_STORE_CLOSED' })
    expect(after).toBe(before)
    expect(after).toMatchObject({ color: 'red', userId: 'bob' })
    const { jar: again } = await open({ prefix })
    const two = again()
    two.cookies.set('sessionId', one.cookies.get('sessionId') ?? '')
    expect((await two.get('/get')).body).toEqual({ color: 'red', userId: 'bob' })
  })

  test('says so where there is no session', async () => {
    const { jar } = await open({
      cookie: { path: '/app' },
      routes: (app) => {
        addRoutes(app)
        app.get('/app/gone', async (request) => {
          await request.session.destroy()
          await app.sessionStore.login(request, 'ada')
        })
      },
    })
    for (const path of ['/login?id=ada', '/app/gone']) {
      expect(await jar().get(path)).toMatchObject({
        status: 500,
        body: { message: expect.stringContaining('There is no session to log in to') },
      })
    }
  })
})

describe('a user’s sessions', () => {
  function accountRoutes(app: FastifyInstance): void {
    addRoutes(app)
    const store = app.sessionStore
    app.get('/sessions', async (request) => {
      const own = store.refOf(request)
      const sessions = await store.listSessions(request.session.userId ?? '')
      return sessions.map(({ ref, data }) => ({ ref, isThis: ref === own, color: data.color }))
    })
    app.get<{ Querystring: { ref: string } }>('/end', ({ session, query }) =>
      store.endSession(session.userId ?? '', query.ref),
    )
    app.get('/logout-everywhere', async (request) => {
      await store.logoutEverywhere(request.session.userId ?? '')
      return {}
    })
    app.get('/logout-elsewhere', async (request) => {
      const { userId = '' } = request.session
      await store.logoutEverywhere(userId)
      await store.login(request, userId)
      return {}
    })
  }
  type Listed = { ref: string; isThis: boolean; color?: string }[]

  test('are listed, the one of the request is known, and any can be ended', async () => {
    const { jar } = await open({ routes: accountRoutes })
    const [phone, laptop, other] = [jar(), jar(), jar()]
    await phone.get('/login?id=ada')
    await laptop.get('/login?id=ada')
    await laptop.get('/set?color=blue')
    await other.get('/login?id=bob')
    const listed = (await laptop.get('/sessions')).body as Listed
    expect(listed.map(({ isThis, color }) => [isThis, color])).toEqual([
      [false, undefined],
      [true, 'blue'],
    ])
    const ref = listed[0]?.ref
    expect((await other.get(`/end?ref=${ref}`)).body).toEqual({ outcome: 'absent' })
    expect((await laptop.get(`/end?ref=${ref}`)).body).toEqual({ outcome: 'destroyed' })
    expect((await phone.get('/get')).body).toEqual({})
    expect((await laptop.get('/sessions')).body).toHaveLength(1)
  })

  test('all end at once; a login in the same request keeps this one', async () => {
    const { jar } = await open({ routes: accountRoutes })
    const [phone, laptop] = [jar(), jar()]
    await phone.get('/login?id=ada')
    await laptop.get('/login?id=ada')
    await laptop.get('/logout-elsewhere')
    expect((await phone.get('/get')).body).toEqual({})
    expect((await laptop.get('/get')).body).toEqual({ userId: 'ada' })
    await laptop.get('/logout-everywhere')
    expect((await laptop.get('/get')).body).toEqual({})
  })

  test('a session that is not stored has no ref', async () => {
    const { app, jar } = await open({
      routes: (app) => {
        addRoutes(app)
        app.get('/ref', async (request) => ({ ref: app.sessionStore.refOf(request) ?? null }))
      },
    })
    const one = jar()
    expect((await one.get('/ref')).body).toEqual({ ref: null })
    await one.get('/login?id=ada')
    const [listed] = await app.sessionStore.listSessions('ada')
    expect((await one.get('/ref')).body).toEqual({ ref: listed?.ref })
  })
})

test('what a request saves once more after its session ended does not bring it back', async () => {
  const { app, jar } = await open({
    routes: (app) => {
      addRoutes(app)
      const store = app.sessionStore
      // Each of them saves twice: by itself, and at the end of the response.
      app.get('/revoked', async (request) => {
        const { session } = request
        await store.logoutEverywhere('ada')
        await session.regenerate(['userId'])
        return { ref: store.refOf(request) }
      })
      app.get('/destroyed', async ({ session }) => {
        await store.sessions.destroy(session.sessionId)
        session.color = 'red'
        await session.save()
        return {}
      })
      app.get('/destroyed-regenerated', async ({ session }) => {
        await store.sessions.destroy(session.sessionId)
        await session.regenerate(['userId'])
        return {}
      })
      app.get('/expired', async ({ session }) => {
        await store.sessions.clear()
        session.color = 'red'
        await session.save()
        session.color = 'blue'
        return {}
      })
    },
  })
  for (const path of ['/revoked', '/destroyed', '/destroyed-regenerated', '/expired']) {
    const one = jar()
    await one.get('/login?id=ada')
    const { cookies } = one
    const before = new Map(cookies)
    expect(await one.get(path)).toMatchObject({ status: 200, body: {} })
    expect((await one.get('/get')).body, path).toEqual({})
    const old = jar()
    for (const [name, value] of before) old.cookies.set(name, value)
    expect((await old.get('/get')).body, path).toEqual({})
  }
  expect(await app.sessionStore.listSessions('ada')).toEqual([])
})

test('a session that begins in the request is followed like one that was loaded', async () => {
  const { app, jar } = await open({
    routes: (app) => {
      addRoutes(app)
      app.get('/save-and-remove', async ({ session }) => {
        session.color = 'red'
        await session.save()
        delete session.color
        session.n = 1
        return {}
      })
      app.get('/login-and-revoked', async (request) => {
        await app.sessionStore.login(request, 'ada')
        await app.sessionStore.logoutEverywhere('ada')
        await request.session.regenerate(['userId'])
        return {}
      })
    },
  })
  const one = jar()
  await one.get('/save-and-remove')
  expect((await one.get('/get')).body).toEqual({ n: 1 })
  const two = jar()
  await two.get('/login-and-revoked')
  expect((await two.get('/get')).body).toEqual({})
  expect(await app.sessionStore.listSessions('ada')).toEqual([])
})
