import { EventEmitter } from 'node:events'
import { inspect } from 'node:util'
import { dial } from '@disredis/connection'
import { type Fleet, startFleet } from '@disredis/fleet'
import { SentinelWatcher } from '@disredis/sentinel'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Disredis, type DisredisOptions } from '../src/index.js'

const password = 'planted-password'
const sentinelPassword = 'planted-sentinel-password'
const key = '-----BEGIN PRIVATE KEY----- planted-key -----END PRIVATE KEY-----'
const tls = { key, passphrase: 'planted-passphrase', pfx: Buffer.from('planted-pfx') }
const value = 'planted-value'
const marker = /planted|70 ?6c ?61 ?6e ?74 ?65 ?64/u

let fleet: Fleet
let redis: Disredis

beforeAll(async () => {
  fleet = await startFleet({
    masters: 2,
    replicas: 1,
    sentinels: 1,
    password,
    sentinelPassword,
    downAfter: 60_000,
  })
  redis = await Disredis.connect({ sentinels: fleet.sentinels, password, sentinelPassword })
  redis.defineCommand('script', { lua: 'return ARGV[1]', numberOfKeys: 1 })
})

afterAll(async () => {
  await redis?.close()
  await fleet?.close()
})

/** In every way that loggers and debuggers print things. */
function printed(it: unknown): string {
  const hidden = inspect(it, {
    showHidden: true,
    depth: 30,
    maxStringLength: null,
    maxArrayLength: null,
  })
  const parts = [hidden, inspect(it), String(it), JSON.stringify(it, bytesAsText()) ?? '']
  if (it instanceof Error) parts.push(it.message, it.stack ?? '', printedCause(it))
  return parts.join('\n')
}

function printedCause({ cause }: Error): string {
  return cause === undefined ? '' : printed(cause)
}

/** Circles are no secret. */
function bytesAsText(): (name: string, value: unknown) => unknown {
  const seen = new Set<unknown>()
  return (_, it) => {
    if (typeof it !== 'object' || it === null) return it
    if (seen.has(it)) return undefined
    seen.add(it)
    return it
  }
}

async function errorOf(run: () => unknown): Promise<unknown> {
  try {
    await run()
  } catch (error) {
    return error
  }
  throw new Error('It did not fail')
}

test('the markers would be seen', () => {
  expect(printed({ password })).toMatch(marker)
  expect(printed({ deep: { pfx: tls.pfx } })).toMatch(marker)
  expect(printed(new Error('x', { cause: new Error(password) }))).toMatch(marker)
})

describe('nothing secret is printed', () => {
  const things: Record<string, () => unknown> = {
    'a client': () => redis,
    'its options': () => redis.options,
    'a copy of its options': () => ({ ...redis.options }),
    'with()': () => redis.with({ timeout: 1000 }),
    'a durable handle': () => redis.durable({ replicas: 1, timeout: 100 }),
    'shard()': () => redis.shard('shard-1'),
    'shards()': () => redis.shards(),
    'a pipeline': () => redis.pipeline().set('k', value),
    'a transaction': () => redis.multi().set('k', value),
    'a pipeline with a transaction': () => redis.pipeline().multi().set('k', value),
    'the health': () => redis.health(),
    'the topology': () => redis.topology,
    'an explanation': () => redis.explain('k'),
    'a scan stream': () => redis.scanStream(),
    'an event emitter with it': () => Object.assign(new EventEmitter(), { redis }),
  }

  test.each(Object.entries(things))('of %s', (_name, make) => {
    expect(printed(make())).not.toMatch(marker)
  })

  const inOptions: Record<string, Partial<DisredisOptions>> = {
    'passwords and TLS options': { password, sentinelPassword, tls, sentinelTLS: tls },
    credentials: {
      credentials: Object.assign(() => ({ password }), { password }),
    },
    'TLS of a URL': { tls },
  }

  test.each(Object.entries(inOptions))('of a client with %s', async (_name, options) => {
    await using client = new Disredis({ sentinels: 'h1', lazyConnect: true, ...options })
    await using copy = client.duplicate({ lazyConnect: true })
    for (const it of [client, copy, client.options, client.pipeline(), client.with({})]) {
      expect(printed(it)).not.toMatch(marker)
    }
  })

  test('the options are readable by name', async () => {
    await using client = new Disredis({ sentinels: 'h1', lazyConnect: true, password, tls })
    expect(client.options.password).toBe(password)
    expect(client.options.tls).toBe(tls)
  })

  const wrong = { commandTimeout: 2000 }
  const failing: Record<string, () => unknown> = {
    'a wrong password': () =>
      Disredis.connect({
        sentinels: fleet.sentinels,
        password: `${password}!`,
        sentinelPassword,
        ...wrong,
      }),
    'a wrong user': () =>
      Disredis.connect({
        sentinels: fleet.sentinels,
        username: 'u',
        password: `${password}!`,
        sentinelPassword,
        ...wrong,
      }),
    'a wrong password of the Sentinels': () =>
      Disredis.connect({
        sentinels: fleet.sentinels,
        password,
        sentinelPassword: `${sentinelPassword}!`,
        ...wrong,
      }),
    'credentials that throw': () =>
      Disredis.connect({
        sentinels: fleet.sentinels,
        sentinelPassword,
        credentials: () => Promise.reject(new Error('no secret today')),
        ...wrong,
      }),
    'TLS where there is none': () =>
      Disredis.connect({
        sentinels: fleet.sentinels,
        password,
        sentinelPassword,
        tls: { passphrase: tls.passphrase },
        ...wrong,
      }),
    'a key that is none': () =>
      Disredis.connect({
        sentinels: fleet.sentinels,
        password,
        sentinelPassword,
        tls: { key },
        ...wrong,
      }),
    'a password that is none': () =>
      new Disredis({ sentinels: 'h1', password: { password } as never }),
    'a password given twice': () => new Disredis('redis-sentinel://:planted-a@h1', { password }),
    'a URL torn by a slash': () => new Disredis('redis-sentinel://user:ab/planted@host:26379'),
    'a URL torn by a question mark': () =>
      new Disredis('redis-sentinel://user:ab?planted@host:26379'),
    'a URL torn by a hash': () => new Disredis('redis-sentinel://user:ab#planted@host:26379'),
    'a URL without a host': () => new Disredis('redis-sentinel://user:planted'),
    'a URL with two @': () => new Disredis('redis-sentinel://user:a@planted@host'),
    'a URL of one server': () => new Disredis('redis://:planted@host:6379'),
    'a URL that is not encoded': () => new Disredis('redis-sentinel://:planted%@host'),
    'a query that is none': () => new Disredis('redis-sentinel://:planted@host?nosuch=planted'),
    'an address with a password': () => new Disredis('user:planted@host:26379'),
    'addresses with a password': () => new Disredis(['redis://:planted@host:26379']),
    'an address object with a password': () =>
      new Disredis({ sentinels: [{ host: 'redis://:planted@host', port: 1 }] }),
    'a reply': () => redis.incr('list'),
    'a script': () => redis.eval('return redis.error_reply("ERR x")', 1, 'k', value),
    'a transaction': () => redis.multi().call('SET', value).exec(),
    'keys apart': () => redis.sinter(Array.from({ length: 20 }, (_, i) => `${value}${i}`)),
    'a closed client': async () => {
      const client = await Disredis.connect({
        sentinels: fleet.sentinels,
        password,
        sentinelPassword,
      })
      await client.close()
      await client.set('k', value)
    },
  }

  test.each(Object.entries(failing))('of the error of %s', async (_name, run) => {
    await redis.lpush('list', value)
    expect(printed(await errorOf(run))).not.toMatch(marker)
  })

  test('of a connection, and of the error of its login', async () => {
    const { host, port } = fleet.master('shard-1').address
    const dialled = await dial({ host, port }, { password, timeout: 5000 })
    expect(printed(dialled)).not.toMatch(marker)
    const set = dialled.connection.request('SET', 'k', value)
    expect(printed(dialled.connection)).not.toMatch(marker)
    await set.catch(() => {})
    dialled.connection.destroy()
    const failed = await errorOf(() =>
      dial({ host, port }, { password: `${password}!`, timeout: 5000 }),
    )
    expect(printed(failed)).not.toMatch(marker)
  })

  test('of a watcher of Sentinels', async () => {
    const watcher = new SentinelWatcher({ sentinels: fleet.sentinels, password: sentinelPassword })
    try {
      expect(printed(watcher)).not.toMatch(marker)
      await watcher.start()
      expect(printed(watcher)).not.toMatch(marker)
      expect(printed(watcher.topology)).not.toMatch(marker)
    } finally {
      await watcher.close()
    }
  })
})
