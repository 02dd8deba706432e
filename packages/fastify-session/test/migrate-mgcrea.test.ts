import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import fastifyCookie from '@fastify/cookie'
import fastify, { type FastifyInstance, type FastifyPluginAsync } from 'fastify'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import disredisSession from '../src/index.js'
import { CookieJar } from './support/cookie-jar.js'
import { fieldsOf, SECRET, useApps } from './support/sessions-app.js'

const { fleet } = useApps()
const OLD_SECRET = 'the secret of the old version of this app'

type TakeOver = (app: FastifyInstance, redis: Redis, options: { secret: string }) => void

let folder: string
let takeOverSessions: TakeOver
let redis: Redis
let old: FastifyInstance
let app: FastifyInstance

// The hook as the documentation shows it.
beforeAll(async () => {
  const page = new URL('../../../docs/migrate-mgcrea.md', import.meta.url)
  const blocks = (await readFile(page, 'utf8')).matchAll(/^```ts\n(.*?)^```$/gms)
  const code = [...blocks]
    .map(([, text]) => text)
    .find((text) => text?.includes('takeOverSessions'))
  folder = await mkdtemp(join(tmpdir(), 'take-over-'))
  const file = join(folder, 'take-over-sessions.ts')
  await writeFile(file, code ?? '')
  ;({ takeOverSessions } = await import(pathToFileURL(file).href))
})
afterAll(() => rm(folder, { recursive: true }))

beforeEach(async () => {
  redis = new Redis({ ...fleet().master().address })
  await redis.flushall()
  old = await openOld()
  app = fastify()
  await app.register(disredisSession, { client: redis, secret: SECRET, deadline: 30_000 })
  takeOverSessions(app, redis, { secret: OLD_SECRET })
  app.get('/get', async ({ session }) => fieldsOf(session))
  return async () => {
    await app.close()
    await old.close()
    redis.disconnect()
  }
})

async function openOld(): Promise<FastifyInstance> {
  // Their types declare another `request.session`.
  const [plugin, store]: string[] = [
    '@mgcrea/fastify-session',
    '@mgcrea/fastify-session-redis-store',
  ]
  const { default: session } = (await import(plugin ?? '')) as {
    default: FastifyPluginAsync<{ store: object; secret: string; cookie: { maxAge: number } }>
  }
  const { RedisStore } = (await import(store ?? '')) as {
    RedisStore: new (options: { client: Redis; ttl: number }) => object
  }
  const app = fastify()
  await app.register(fastifyCookie)
  await app.register(session, {
    secret: OLD_SECRET,
    store: new RedisStore({ client: redis, ttl: 3_600 }),
    cookie: { maxAge: 3_600 },
  })
  app.get<{ Querystring: Record<string, string> }>('/set', async ({ session, query }) => {
    for (const [name, value] of Object.entries(query)) session.set(name as 'color', value)
    return {}
  })
  app.get('/get', async ({ session }) => ({ color: session.get('color') }))
  return app
}

/** The same browser, at the new version. */
function moved(jar: CookieJar): CookieJar {
  const next = new CookieJar(app)
  for (const [name, value] of jar.cookies) next.cookies.set(name, value)
  return next
}

test('a user of the old version stays logged in', async () => {
  const before = new CookieJar(old)
  await before.get('/set?userId=ada&color=red')
  const browser = moved(before)
  expect((await browser.get('/get')).body).toEqual({ userId: 'ada', color: 'red' })
  expect([...browser.cookies.keys()]).toEqual(['sessionId'])
  expect((await browser.get('/get')).body).toEqual({ userId: 'ada', color: 'red' })
  expect(await app.sessionStore.listSessions('ada')).toHaveLength(1)
  // It moved: neither the old cookie brings it back, nor the old version.
  await app.sessionStore.logoutEverywhere('ada')
  expect((await browser.get('/get')).body).toEqual({})
  expect((await moved(before).get('/get')).body).toEqual({})
  expect((await before.get('/get')).body).toEqual({})
})

test('names that a session needs itself are not taken over', async () => {
  const before = new CookieJar(old)
  await before.get('/set?color=red&save=x')
  for (const key of await redis.keys('sess:*')) {
    await redis.hset(key, 'data', '{"color":"red","save":"x","__proto__":{"userId":"admin"}}')
  }
  expect((await moved(before).get('/get')).body).toEqual({ color: 'red' })
})

test.each(['', '.', 'c2Vzcw.c2Vzcw', 'x'.repeat(5_000)])(
  'a forged cookie brings nothing: %s',
  async (cookie) => {
    const browser = new CookieJar(app)
    browser.cookies.set('Session', cookie)
    expect(await browser.get('/get')).toMatchObject({ status: 200, body: {} })
  },
)
