import { expect, test } from 'vitest'
import { addRoutes, fieldsOf, useApps } from './support/sessions-app.js'

const { fleet, open } = useApps()

async function loads(): Promise<number> {
  const stats = String(await fleet().master().command('INFO', 'commandstats'))
  return Number(/^cmdstat_hmget:calls=(\d+)/m.exec(stats)?.[1] ?? 0)
}

test('requests of an unchanged session load nothing, and a route may ask for what Redis has', async () => {
  const { jar } = await open({
    nearCache: { maxAge: 60_000 },
    routes: (app) => {
      addRoutes(app)
      const { sessionStore } = app
      app.get('/fresh', { preHandler: sessionStore.fresh() }, async ({ session }) =>
        fieldsOf(session),
      )
    },
  })
  const one = jar()
  await one.get('/set?color=red')
  const read = async (path: string) => {
    const before = await loads()
    expect((await one.get(path)).body).toEqual({ color: 'red' })
    return (await loads()) - before
  }
  // A master that gets no time looks silent, and what is kept of it is dropped.
  await expect.poll(() => read('/get'), { timeout: 20_000 }).toBe(0)
  expect(await read('/fresh')).toBe(1)
  expect(await read('/fresh')).toBe(1)
  // Whoever has no session yet has none to load.
  expect((await jar().get('/fresh')).body).toEqual({})
})
