import { promisify } from 'node:util'
import { type ContractServers, startContractServers } from '@disredis/session-contract'
import { RedisStore } from 'connect-redis'
import session, { type SessionData } from 'express-session'
import { createClient } from 'redis'
import { beforeAll, describe, expect, test } from 'vitest'
import { DisredisStore } from '../src/index.js'
import './support/session-data.js'

/** What connect-redis's own test asks of a store, row by row, of it and of ours. */
interface Subject {
  get(id: string): Promise<unknown>
  set(id: string, data: object): Promise<unknown>
  touch(id: string, data: object): Promise<unknown>
  destroy(id: string): Promise<unknown>
  length(): Promise<unknown>
  all(): Promise<Record<string, unknown>[]>
  ids(): Promise<string[]>
  clear(): Promise<unknown>
  /** s that Redis keeps it. */
  ttl(id: string): Promise<number>
}

let servers: ContractServers
let redis: ReturnType<typeof createClient>
beforeAll(async () => {
  servers = await startContractServers({ masters: 1 })
  redis = createClient({ socket: { ...servers.fleet.master().address } })
  await redis.connect()
  return async () => {
    redis.destroy()
    await servers[Symbol.asyncDispose]()
  }
})

const METHODS = ['get', 'set', 'touch', 'destroy', 'length', 'all', 'ids', 'clear'] as const

function subjectOf(store: object, ttl: Subject['ttl']): Subject {
  const methods = METHODS.map((name) => {
    const method = Reflect.get(store, name) as (...args: unknown[]) => unknown
    return [name, promisify(method).bind(store)] as const
  })
  return { ...(Object.fromEntries(methods) as unknown as Omit<Subject, 'ttl'>), ttl }
}

const SUBJECTS: Readonly<Record<string, () => Subject>> = {
  'connect-redis': () => {
    const prefix = `${crypto.randomUUID()}:`
    const store = new RedisStore({ client: redis, prefix })
    return subjectOf(store, (id) => redis.ttl(prefix + id))
  },
  DisredisStore: () => {
    const prefix = `${crypto.randomUUID()}:`
    const store = new DisredisStore({
      client: servers.disredis(),
      prefix,
      hashIds: false,
      deadline: 60_000,
    })
    return subjectOf(store, (id) => redis.ttl(`${prefix}id:${id}`))
  },
}

const [ONE, TWO, THREE] = ['one', 'two', 'three'].map((name) => `session-${name}`.padEnd(30, 'x'))
const [one, two, three] = [ONE ?? '', TWO ?? '', THREE ?? '']
const inSeconds = (n: number) => new Date(Date.now() + n * 1_000)
const cookie = (expires?: Date) => ({ originalMaxAge: null, ...(expires && { expires }) })

describe.each(Object.keys(SUBJECTS))('%s', (name) => {
  const open = () => (SUBJECTS[name] as () => Subject)()
  const isOurs = name === 'DisredisStore'

  test('keeps a session for a day, or as long as its cookie', async () => {
    const store = open()
    await store.set(one, { foo: 'bar', cookie: cookie() })
    expect(await store.get(one)).toMatchObject({ foo: 'bar', cookie: { originalMaxAge: null } })
    expect(await store.ttl(one)).toBeGreaterThanOrEqual(86_399)
    await store.set(two, { cookie: cookie(inSeconds(60)) })
    expect(await store.ttl(two)).toBeLessThanOrEqual(60)
    await store.touch(two, { cookie: cookie(inSeconds(90)) })
    expect(await store.ttl(two)).toBeGreaterThan(60)
  })

  test('knows no session that is not there: undefined here, null there', async () => {
    expect(await open().get(one)).toBe(isOurs ? undefined : null)
  })

  test('lists sessions: without their ids here, with a date that a touch has moved', async () => {
    const store = open()
    const [first, moved] = [inSeconds(60), inSeconds(90)]
    await store.set(one, { foo: 'bar', cookie: cookie() })
    await store.set(two, { foo: 'qux', cookie: cookie(first) })
    await store.touch(two, { foo: 'qux', cookie: cookie(moved) })
    expect(await store.length()).toBe(2)
    const listed = (await store.all()).sort((a, b) => (String(a.foo) > String(b.foo) ? 1 : -1))
    const [bar, qux] = listed as [Record<string, unknown>, Record<string, unknown>]
    expect([bar.foo, bar.id]).toEqual(['bar', isOurs ? undefined : one])
    expect([qux.foo, qux.id]).toEqual(['qux', isOurs ? undefined : two])
    const { expires: none } = bar.cookie as SessionData['cookie']
    const { expires } = qux.cookie as SessionData['cookie']
    if (isOurs) {
      expect(none).toBe(null)
      expect(expires).toEqual(moved)
    } else {
      expect(none).toBe(undefined)
      expect(expires).toBe(first.toISOString())
    }
  })

  test('lists ids: refs of them here, which open nothing', async () => {
    const store = open()
    await store.set(one, { cookie: cookie() })
    await store.set(two, { cookie: cookie() })
    const ids = await store.ids()
    expect(ids).toHaveLength(2)
    expect(new Set(ids).has(one)).toBe(!isOurs)
    for (const id of ids) {
      expect((await store.get(id)) != null).toBe(!isOurs)
      await store.destroy(id)
    }
    expect(await store.length()).toBe(isOurs ? 2 : 0)
  })

  test('removes one, all, and what is over', async () => {
    const store = open()
    await store.set(one, { cookie: cookie() })
    await store.set(two, { cookie: cookie() })
    await store.destroy(two)
    expect(await store.length()).toBe(1)
    await store.clear()
    expect(await store.length()).toBe(0)
    await store.set(three, { cookie: cookie(inSeconds(90)) })
    expect(await store.length()).toBe(1)
    await store.set(three, { cookie: cookie(inSeconds(-90)) })
    expect(await store.length()).toBe(0)
  })

  test('counts and clears a thousand', async () => {
    const store = open()
    const ids = Array.from({ length: 1_000 }, (_, n) => `s${n}`.padEnd(30, 'x'))
    const cookies = new session.Cookie()
    await Promise.all(ids.map((id) => store.set(id, { cookie: cookies })))
    expect(await store.length()).toBe(1_000)
    await store.clear()
    expect(await store.length()).toBe(0)
  })

  test('takes ids that can be guessed there, and not here', async () => {
    const setting = open().set('123', { cookie: cookie() })
    if (isOurs) await expect(setting).rejects.toMatchObject({ code: 'DISREDIS_SESSION_ID' })
    else await setting
  })
})
