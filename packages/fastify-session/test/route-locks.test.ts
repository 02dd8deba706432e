import { EventEmitter, once } from 'node:events'
import type { FastifyInstance } from 'fastify'
import { expect, test } from 'vitest'
import { addRoutes, useApps } from './support/sessions-app.js'

const { open } = useApps()

/** Its requests wait in the handler. */
function lockedRoutes(gate: EventEmitter, options: { wait: number } | true) {
  return (app: FastifyInstance): void => {
    addRoutes(app)
    const config = { sessionLock: options }
    app.get('/held', { config }, async ({ session }) => {
      const released = once(gate, 'go on')
      gate.emit('held')
      await released
      session.n = (session.n ?? 0) + 1
      return { n: session.n }
    })
    app.get('/count', { config }, async ({ session }) => {
      session.n = (session.n ?? 0) + 1
      return { n: session.n }
    })
    app.get('/throw', { config }, async () => {
      throw new Error('Thrown by the handler')
    })
    app.get('/login-locked', { config }, async (request) => {
      await app.sessionStore.login(request, 'ada')
      return {}
    })
  }
}

test('a locked route waits for another one of the same session, and sees what it saved', async () => {
  const gate = new EventEmitter()
  const { jar } = await open({ routes: lockedRoutes(gate, true) })
  const [one, other] = [jar(), jar()]
  await one.get('/set?color=red')
  await other.get('/set?color=blue')
  const held = once(gate, 'held')
  const slow = one.get('/held')
  await held
  const waiting = one.get('/count')
  // Neither other sessions nor routes without a lock are held up.
  expect((await other.get('/count')).body).toEqual({ n: 1 })
  expect((await one.get('/get')).body).toEqual({ color: 'red' })
  gate.emit('go on')
  expect((await slow).body).toEqual({ n: 1 })
  expect((await waiting).body).toEqual({ n: 2 })
})

test('who waits too long is told, and the holder goes on', async () => {
  const gate = new EventEmitter()
  const { jar } = await open({ routes: lockedRoutes(gate, { wait: 20 }) })
  const one = jar()
  await one.get('/set?color=red')
  const held = once(gate, 'held')
  const slow = one.get('/held')
  await held
  expect(await one.get('/count')).toMatchObject({
    status: 503,
    body: { code: 'DISREDIS_SESSION_LOCK' },
  })
  gate.emit('go on')
  expect((await slow).body).toEqual({ n: 1 })
})

test('the lock is given back by a request that fails, and by one that logs in', async () => {
  const { app, jar } = await open({ routes: lockedRoutes(new EventEmitter(), { wait: 20 }) })
  const one = jar()
  await one.get('/set?color=red')
  expect((await one.get('/throw')).status).toBe(500)
  expect((await one.get('/count')).body).toEqual({ n: 1 })
  expect((await one.get('/login-locked')).status).toBe(200)
  expect((await one.get('/count')).body).toEqual({ n: 1 })
  expect((await one.get('/get')).body).toEqual({ userId: 'ada', n: 1 })
  expect(app.sessionStore.counters.conflicts).toBe(0)
})

test('a session that is not stored yet needs no lock', async () => {
  const { jar } = await open({ routes: lockedRoutes(new EventEmitter(), true) })
  expect((await jar().get('/count')).body).toEqual({ n: 1 })
})
