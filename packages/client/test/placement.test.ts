import { type Fleet, type FleetNode, startFleet } from '@disredis/fleet'
import { describe, expect, test, vi } from 'vitest'
import { Disredis, type DisredisOptions, PlacementMismatchError } from '../src/index.js'

const keys = Array.from({ length: 100 }, (_, i) => `key:${i}`)

let clients = 0

/** Clients of one name share a watcher: what another one sees is what another process would see. */
function options(fleet: Fleet, more: Partial<DisredisOptions> = {}): DisredisOptions {
  return { sentinels: fleet.sentinels, connectionName: `client-${++clients}`, ...more }
}

/** What the master has, as an operator sees it. */
async function recordOf(node: FleetNode, ring = 'default'): Promise<Record<string, unknown>> {
  return JSON.parse(String(await node.command('FCALL_RO', `disredis_placement_${ring}`, '0')))
}

async function refusalOf(given: DisredisOptions): Promise<PlacementMismatchError> {
  const opened = Disredis.connect(given)
  const error = await opened.then(
    async (client) => {
      await client.close()
      throw new Error('It was not refused')
    },
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(PlacementMismatchError)
  return error as PlacementMismatchError
}

/** Has every Sentinel watch the node under a further name. */
async function monitor(fleet: Fleet, name: string, { host, port }: FleetNode['address']) {
  for (let i = 1; i <= fleet.sentinels.length; i++) {
    await fleet.sentinel(i).command('SENTINEL', 'MONITOR', name, host, String(port), '2')
  }
}

async function forget(fleet: Fleet, name: string) {
  for (let i = 1; i <= fleet.sentinels.length; i++) {
    await fleet.sentinel(i).command('SENTINEL', 'REMOVE', name)
  }
}

const threeMasters = { masters: 3, replicas: 0, sentinels: 3, downAfter: 30_000 } as const

describe('a record is on every master', () => {
  test('after the first start, and a client that starts again finds its own', async () => {
    await using fleet = await startFleet(threeMasters)
    await using first = await Disredis.connect(options(fleet))
    expect(first.health().placement).toMatchObject({ state: 'verified', ring: 'default', epoch: 1 })
    const { fingerprint } = first.health().placement
    for (const name of fleet.masters) {
      expect(await recordOf(fleet.master(name))).toMatchObject({
        version: 1,
        algorithm: 'disredis-slots-v1',
        ring: 'default',
        shard: name,
        weights: { 'shard-1': 1, 'shard-2': 1, 'shard-3': 1 },
        fingerprint,
        epoch: 1,
      })
    }
    const before = await Promise.all(fleet.masters.map((name) => recordOf(fleet.master(name))))
    await using second = await Disredis.connect(options(fleet, { db: 3, keyPrefix: 'app:' }))
    expect(second.health().placement).toMatchObject({ state: 'verified', fingerprint })
    const after = await Promise.all(fleet.masters.map((name) => recordOf(fleet.master(name))))
    expect(after).toEqual(before)
  })

  test('when eight clients start at once', async () => {
    await using fleet = await startFleet(threeMasters)
    const clients = await Promise.all(
      Array.from({ length: 8 }, () => Disredis.connect(options(fleet, { commandTimeout: 60_000 }))),
    )
    for (const client of clients) {
      expect(client.health().placement.state).toBe('verified')
      await client.close()
    }
  })

  test('and is no key: DBSIZE, KEYS, SCAN and RANDOMKEY know nothing of it', async () => {
    await using fleet = await startFleet(threeMasters)
    await using redis = await Disredis.connect(options(fleet))
    expect(await redis.dbsize()).toBe(0)
    expect(await redis.keys('*')).toEqual([])
    expect(await redis.randomkey()).toBeNull()
    const scanned: string[] = []
    for await (const batch of redis.scanStream()) scanned.push(...(batch as string[]))
    expect(scanned).toEqual([])
    for (const name of fleet.masters) {
      expect(await fleet.master(name).command('DBSIZE')).toBe(0)
      expect(await fleet.master(name).command('INFO', 'keyspace')).not.toContain('db')
    }
  })

  test('after FLUSHALL, a failover, and a restart of the client', async () => {
    await using fleet = await startFleet({ masters: 2, replicas: 1, sentinels: 3 })
    await using redis = await Disredis.connect(options(fleet))
    const record = await recordOf(fleet.master('shard-1'))
    await redis.flushall()
    await fleet.waitForSync()
    const old = fleet.master('shard-1')
    const completed = new Promise((resolve) => redis.once('failoverCompleted', resolve))
    await old.kill()
    await Promise.all([completed, fleet.waitForMaster('shard-1', { not: old })])
    expect(await recordOf(fleet.master('shard-1'))).toEqual(record)
    expect(redis.health().placement.state).toBe('verified')
    const error = await refusalOf(options(fleet, { masters: ['shard-1'] }))
    expect(error.reports[0]).toMatchObject({ shard: 'shard-1' })
  })

  test('again where it was lost, by a client that knows it from the majority', async () => {
    await using fleet = await startFleet(threeMasters)
    await using first = await Disredis.connect(options(fleet))
    await fleet.master('shard-2').command('FUNCTION', 'FLUSH')
    await using second = await Disredis.connect(options(fleet))
    expect(second.health().placement.state).toBe('verified')
    expect(await recordOf(fleet.master('shard-2'))).toMatchObject({ shard: 'shard-2' })
    expect(first.health().placement.state).toBe('verified')
  })

  test('of its own where FUNCTION RESTORE put a copy of another one', async () => {
    await using fleet = await startFleet(threeMasters)
    await using first = await Disredis.connect(options(fleet))
    const dump = await first.shard('shard-1').callBuffer('FUNCTION', 'DUMP')
    await first.call('FUNCTION', 'RESTORE', dump as Buffer, 'REPLACE')
    expect(await recordOf(fleet.master('shard-3'))).toMatchObject({ shard: 'shard-1' })
    await using second = await Disredis.connect(options(fleet))
    expect(second.health().placement.state).toBe('verified')
    for (const name of fleet.masters) {
      expect(await recordOf(fleet.master(name))).toMatchObject({ shard: name })
    }
  })
})

describe('a client is refused before it touches a key', () => {
  test('when it was started again after one more SENTINEL MONITOR', async () => {
    await using fleet = await startFleet(threeMasters)
    await using running = await Disredis.connect(options(fleet))
    for (const key of keys) await running.set(key, 'v', 'NX')
    await fleet.addMaster('shard-4', { replicas: 0 })
    await using restarted = new Disredis(options(fleet))
    restarted.on('error', () => {})
    const outcomes = await Promise.allSettled(keys.map((key) => restarted.set(key, 'w', 'NX')))
    expect(new Set(outcomes.map(({ status }) => status))).toEqual(new Set(['rejected']))
    for (const outcome of outcomes) {
      expect((outcome as PromiseRejectedResult).reason).toMatchObject({
        code: 'DISREDIS_PLACEMENT_MISMATCH',
        retryable: false,
        mayHaveExecuted: false,
      })
    }
    expect(await fleet.master('shard-4').command('DBSIZE')).toBe(0)
    const list = await fleet.master('shard-4').command('FUNCTION', 'LIST')
    expect(list).toEqual([])
    const error = await refusalOf(options(fleet))
    expect(Object.keys(error.expected)).toEqual(['shard-1', 'shard-2', 'shard-3', 'shard-4'])
    expect(error.reports.map(({ shard }) => shard)).toEqual(['shard-1', 'shard-2', 'shard-3'])
    expect(error.reports[0]?.shards).toEqual({ 'shard-1': 1, 'shard-2': 1, 'shard-3': 1 })
    expect(error.message).toMatch(
      /over 'shard-1', 'shard-2', 'shard-3', 'shard-4', but the master/u,
    )
    expect(error.message).toMatch(/`masters`.*FUNCTION DELETE disredis_placement_default/u)
    await using named = await Disredis.connect(
      options(fleet, { masters: ['shard-1', 'shard-2', 'shard-3'] }),
    )
    expect(await named.mget(keys)).toEqual(keys.map(() => 'v'))
    expect(named.health().placement.state).toBe('verified')
  })

  test('when a master was renamed', async () => {
    await using fleet = await startFleet(threeMasters)
    await using running = await Disredis.connect(options(fleet))
    await running.set('k', 'v')
    const { address } = fleet.master('shard-2')
    await monitor(fleet, 'renamed', address)
    await forget(fleet, 'shard-2')
    const error = await refusalOf(options(fleet))
    expect(error.message).toContain("'renamed', 'shard-1', 'shard-3'")
    expect(error.reports).toHaveLength(3)
  })

  test('when two masters have exchanged their names', async () => {
    await using fleet = await startFleet(threeMasters)
    await using running = await Disredis.connect(options(fleet))
    const [first, second] = ['shard-1', 'shard-2'].map((name) => fleet.master(name).address)
    await forget(fleet, 'shard-1')
    await forget(fleet, 'shard-2')
    await monitor(fleet, 'shard-1', second!)
    await monitor(fleet, 'shard-2', first!)
    const error = await refusalOf(options(fleet))
    expect(error.reports.map(({ says }) => says)).toEqual([
      "says that it is 'shard-2'",
      "says that it is 'shard-1'",
    ])
    expect(running.health().shards).toHaveLength(3)
  })

  test.each([
    ['one address', (host: string) => host],
    ['two addresses of one node', () => '127.0.0.2'],
  ])('when two names lead to %s, at the first start and later', async (_, hostOf) => {
    await using fleet = await startFleet({
      ...threeMasters,
      masters: 2,
      bind: { masters: '127.0.0.1' },
      dataConfig: ['bind 127.0.0.1 127.0.0.2'],
    })
    const { host, port } = fleet.master('shard-1').address
    await monitor(fleet, 'twin', { host: hostOf(host), port })
    const masters = ['shard-1', 'shard-2', 'twin']
    for (let start = 1; start <= 2; start++) {
      const error = await refusalOf(options(fleet, { masters }))
      expect(error.message).toMatch(/two names for one master/u)
    }
  })

  test('when its weights are others', async () => {
    await using fleet = await startFleet({ ...threeMasters, masters: 2 })
    const even = { 'shard-1': 2, 'shard-2': 2 }
    await using running = await Disredis.connect(options(fleet))
    await using same = await Disredis.connect(options(fleet, { ring: even }))
    expect(same.health().placement.fingerprint).toBe(running.health().placement.fingerprint)
    const error = await refusalOf(options(fleet, { ring: { 'shard-1': 1, 'shard-2': 2 } }))
    expect(error.message).toContain("'shard-1' (weight 1), 'shard-2' (weight 2)")
  })

  test.each([
    ['a newer epoch', { epoch: 7 }, /has epoch 7, but this version of disredis knows epoch 1/u],
    ['another function', { algorithm: 'disredis-slots-v2' }, /by disredis-slots-v2/u],
    ['a newer format', { version: 2 }, /format 2, which a newer version/u],
  ])('when a master says %s', async (_, change, message) => {
    await using fleet = await startFleet({ ...threeMasters, masters: 2 })
    await (await Disredis.connect(options(fleet))).close()
    const node = fleet.master('shard-2')
    const record = { ...(await recordOf(node)), ...change }
    const code =
      '#!lua name=disredis_placement_default\n' +
      "redis.register_function{ function_name = 'disredis_placement_default', flags = { 'no-writes' }, " +
      `callback = function() return [[${JSON.stringify(record)}]] end }`
    await node.command('FUNCTION', 'LOAD', 'REPLACE', code)
    const error = await refusalOf(options(fleet))
    expect(error).toMatchObject({ shard: 'shard-2', message: expect.stringMatching(message) })
    expect(await recordOf(node)).toEqual(record)
  })

  test('on lanes, in transactions and durable writes as well', async () => {
    await using fleet = await startFleet({ ...threeMasters, masters: 2 })
    await (await Disredis.connect(options(fleet))).close()
    await using redis = new Disredis(options(fleet, { masters: ['shard-1'], commandTimeout: 3000 }))
    redis.on('error', () => {})
    const refused = { code: 'DISREDIS_PLACEMENT_MISMATCH' }
    await expect(redis.ready()).rejects.toMatchObject(refused)
    const calls = [
      redis.blpop('q', 1),
      redis.durable({ replicas: 1, timeout: 100 }).set('k', 'v'),
      redis.multi().set('k', 'v').exec(),
      redis.transaction(['k'], (tx) => tx.multi().set('k', 'v').exec()),
    ]
    const outcomes = await Promise.allSettled(calls)
    expect(outcomes.map(({ status }) => status)).toEqual(calls.map(() => 'rejected'))
    expect(await fleet.master('shard-1').command('DBSIZE')).toBe(0)
  })

  test('until the record is removed, and then by itself serves', async () => {
    await using fleet = await startFleet({ ...threeMasters, masters: 2 })
    await (await Disredis.connect(options(fleet, { masters: ['shard-1'] }))).close()
    await using redis = new Disredis(options(fleet))
    redis.on('error', () => {})
    await expect(redis.ready()).rejects.toBeInstanceOf(PlacementMismatchError)
    expect(redis.health().placement.state).toBe('mismatch')
    await fleet.master('shard-1').command('FUNCTION', 'DELETE', 'disredis_placement_default')
    await vi.waitFor(() => redis.ready(), { timeout: 20_000 })
    expect(await redis.mset('a', '1', 'b', '2', 'c', '3')).toBe('OK')
    expect(redis.health().placement.state).toBe('verified')
  })
})

describe('the option', () => {
  test('`ringName` lets two applications share masters in different rings', async () => {
    await using fleet = await startFleet(threeMasters)
    const masters = ['shard-2', 'shard-3']
    await using all = await Disredis.connect(options(fleet))
    await refusalOf(options(fleet, { masters }))
    await using some = await Disredis.connect(options(fleet, { masters, ringName: 'orders' }))
    expect(some.health().placement).toMatchObject({ state: 'verified', ring: 'orders' })
    await using again = await Disredis.connect(options(fleet))
    expect(again.health().placement.state).toBe('verified')
    expect(await recordOf(fleet.master('shard-2'), 'orders')).toMatchObject({ ring: 'orders' })
    expect(all.health().placement.fingerprint).not.toBe(some.health().placement.fingerprint)
  })

  test('`warn` tells once, and goes on', async () => {
    await using fleet = await startFleet({ ...threeMasters, masters: 2 })
    await (await Disredis.connect(options(fleet))).close()
    await using redis = new Disredis(options(fleet, { masters: ['shard-1'], placement: 'warn' }))
    const errors: Error[] = []
    redis.on('error', (error) => errors.push(error))
    await redis.ready()
    expect(await redis.set('k', 'v')).toBe('OK')
    expect(await redis.blpop('none', 0.01)).toBeNull()
    expect(errors.map(({ name }) => name)).toEqual(['PlacementMismatchError'])
    expect(redis.health().placement.state).toBe('mismatch')
  })

  test('`false` neither reads nor writes', async () => {
    await using fleet = await startFleet({ ...threeMasters, masters: 1 })
    await using redis = await Disredis.connect(options(fleet, { placement: false }))
    expect(redis.health().placement).toMatchObject({ state: 'off' })
    expect(await redis.function('LIST')).toEqual([])
    expect(await redis.info('commandstats')).not.toContain('cmdstat_function|load')
  })
})

describe('what cannot be asked is told as unverified, and all goes on', () => {
  test.each([
    ['read', '', /does not allow this user to read.*\+function/u],
    ['write', '+function|list', /this user may not write one.*\+function/u],
  ])('without the permission to %s', async (_, rule, reason) => {
    await using fleet = await startFleet({
      ...threeMasters,
      password: 'admin',
      users: [`app on >secret ~* resetchannels -@all +auth +hello +ping +role +get +set ${rule}`],
    })
    await using redis = await Disredis.connect(
      options(fleet, { username: 'app', password: 'secret' }),
    )
    await Promise.all(keys.map((key) => redis.set(key, 'v')))
    const health = redis.health()
    expect(health.state).toBe('ok')
    expect(health.placement.state).toBe('unverified')
    expect(health.placement.reason).toMatch(reason)
  })

  test('where the server has no functions, as Redis 6.2', async () => {
    await using fleet = await startFleet({
      ...threeMasters,
      masters: 2,
      dataConfig: ['rename-command FUNCTION ""'],
    })
    await using redis = await Disredis.connect(options(fleet))
    expect(await redis.set('k', 'v')).toBe('OK')
    const { state, reason } = redis.health().placement
    expect(state).toBe('unverified')
    expect(reason).toMatch(/has no functions: a placement record needs Redis 7\.0 or newer/u)
    await monitor(fleet, 'twin', fleet.master('shard-1').address)
    const error = await refusalOf(options(fleet, { masters: ['shard-1', 'shard-2', 'twin'] }))
    expect(error.message).toMatch(/two names for one master/u)
  })

  test('a master that is down keeps the others from nothing', async () => {
    await using fleet = await startFleet({ ...threeMasters, masters: 2 })
    await (await Disredis.connect(options(fleet))).close()
    await fleet.master('shard-2').kill()
    await using redis = new Disredis(options(fleet))
    redis.on('error', () => {})
    const served = await vi.waitFor(
      () => keys.find((key) => redis.explain(key).shard === 'shard-1')!,
      { timeout: 20_000 },
    )
    expect(await redis.set(served, 'v')).toBe('OK')
    expect(redis.health().placement).toMatchObject({
      state: 'unverified',
      reason: "The master of 'shard-2' has not reported its placement record yet.",
    })
  })
})
