import { once } from 'node:events'
import fastifyRedis from '@fastify/redis'
import { Engine } from '@hapi/catbox-redis'
import RedisSessionStore from 'connect-redis'
import fastify from 'fastify'
import { RedisPubSub } from 'graphql-redis-subscriptions'
// @ts-expect-error: the package has no types
import { createLock } from 'ioredis-lock'
import mqemitterRedis from 'mqemitter-redis'
import { RedisStore } from 'rate-limit-redis'
import { expect, test } from 'vitest'
import { ThreeMasters } from './three-masters.js'

const masters = ThreeMasters.forThisFile()

test('connect-redis 7: sessions on all masters', async () => {
  const client = await masters.client()
  const store = new RedisSessionStore({ client, prefix: 'sess:' })
  const ids = Array.from({ length: 12 }, (_, i) => `id-${i}`)
  const cookie = { originalMaxAge: 60_000, expires: new Date(Date.now() + 60_000) }
  await Promise.all(
    ids.map(
      (id) =>
        new Promise<void>((resolve, reject) =>
          store.set(id, { cookie, user: id } as never, (error?: unknown) =>
            error == null ? resolve() : reject(error),
          ),
        ),
    ),
  )
  const call = <T>(run: (done: (error: unknown, value?: T) => void) => void) =>
    new Promise<T>((resolve, reject) =>
      run((error, value) => (error == null ? resolve(value as T) : reject(error))),
    )
  expect(await call((done) => store.get('id-3', done as never))).toMatchObject({ user: 'id-3' })
  expect(await call((done) => store.length(done as never))).toBe(12)
  expect(((await call((done) => store.ids(done as never))) as string[]).sort()).toEqual(ids.sort())
  expect(await masters.shardsInUse(client)).toHaveLength(3)
  await call((done) => store.touch('id-3', { cookie } as never, done as never))
  await call((done) => store.destroy('id-3', done as never))
  expect(await call((done) => store.get('id-3', done as never))).toBeFalsy()
  await call((done) => store.clear(done as never))
  expect(await call((done) => store.length(done as never))).toBe(0)
})

test('rate-limit-redis: counts hits', async () => {
  const client = await masters.client()
  const store = new RedisStore({
    sendCommand: (command: string, ...args: string[]) => client.call(command, ...args) as never,
  })
  await store.init({ windowMs: 60_000 } as never)
  expect((await store.increment('ip')).totalHits).toBe(1)
  expect((await store.increment('ip')).totalHits).toBe(2)
  await store.decrement('ip')
  expect((await store.get('ip'))?.totalHits).toBe(1)
  await store.resetKey('ip')
})

test('@fastify/redis: the client is the decoration, and closed with the app', async () => {
  const client = await masters.client()
  const app = fastify()
  await app.register(fastifyRedis, { client: client as never, closeClient: true })
  app.get('/', async () => app.redis.incr('visits'))
  expect((await app.inject('/')).body).toBe('1')
  const ended = once(client, 'end')
  await app.close()
  await ended
})

test('graphql-redis-subscriptions: iterates over what is published', async () => {
  const pubsub = new RedisPubSub({
    publisher: (await masters.client()) as never,
    subscriber: (await masters.client()) as never,
  })
  const heard = new Promise((resolve) =>
    pubsub.subscribe('news', resolve).then(() => pubsub.publish('news', { n: 1 })),
  )
  expect(await heard).toEqual({ n: 1 })
  await pubsub.close()
})

/** Its types leave out what hapi calls. */
interface Cache {
  start(): Promise<void>
  set(key: object, item: unknown, ttl: number): Promise<void>
  get(key: object): Promise<{ item: unknown } | null>
  drop(key: object): Promise<void>
  stop(): Promise<void>
}

test('@hapi/catbox-redis: keeps and drops what is cached', async () => {
  const client = await masters.client()
  const engine = new Engine({ client: client as never } as never) as unknown as Cache
  await engine.start()
  const key = { id: 'k', segment: 's' }
  await engine.set(key, { v: 1 }, 60_000)
  expect((await engine.get(key))?.item).toEqual({ v: 1 })
  await engine.drop(key)
  expect(await engine.get(key)).toBeNull()
  await engine.stop()
})

test('ioredis-lock: a held lock is not given twice', async () => {
  const client = await masters.client()
  const lock = createLock(client as never, { timeout: 30_000, retries: 0 })
  await lock.acquire('lock:a')
  await expect(createLock(client as never, { retries: 0 }).acquire('lock:a')).rejects.toThrow(
    'Could not acquire lock',
  )
  await lock.extend(60_000)
  await lock.release()
})

test('mqemitter-redis: emits to other processes, patterns too', async () => {
  const emitters = []
  for (let i = 0; i < 2; i++) {
    emitters.push(
      mqemitterRedis({
        subConn: (await masters.client()) as never,
        pubConn: (await masters.client()) as never,
      }),
    )
  }
  const [sender, receiver] = emitters
  const heard = new Promise((resolve) =>
    receiver!.on(
      'hello/+',
      (message: unknown, done: () => void) => {
        resolve(message)
        done()
      },
      () => sender!.emit({ topic: 'hello/world', payload: 'p' }),
    ),
  )
  expect(await heard).toMatchObject({ topic: 'hello/world', payload: 'p' })
  await Promise.all(emitters.map((it) => new Promise<void>((resolve) => it.close(() => resolve()))))
})
