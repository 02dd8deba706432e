import { type Fleet, startFleet } from '@disredis/fleet'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Disredis, type ShardCacheHealth } from '../src/index.js'
import { LinkProxy } from '../test-support/link-proxy.js'

let fleet: Fleet

beforeAll(async () => {
  fleet = await startFleet({
    masters: 2,
    replicas: 1,
    sentinels: 3,
    downAfter: 10_000,
  })
})

afterAll(() => fleet?.close())

function parts(redis: Disredis): readonly ShardCacheHealth[] {
  return redis.health().cache!.shards
}

function partOf(redis: Disredis, key: string): ShardCacheHealth {
  const { shard } = redis.explain(key)
  return parts(redis).find((it) => it.shard === shard)!
}

/** One key on each shard. */
function twoKeys(redis: Disredis): [string, string] {
  const keys = Array.from({ length: 100 }, (_, i) => `key:${i}`)
  const first = keys[0]!
  return [first, keys.find((it) => redis.explain(it).shard !== redis.explain(first).shard)!]
}

const patient = { timeout: 30_000, interval: 5 }

/** Ends the connections of that kind to the master, as it sees them. */
async function killTracking(key: string, redis: Disredis): Promise<void> {
  const node = fleet.master(redis.explain(key).shard)
  const list = String(await node.command('CLIENT', 'LIST'))
  const ids = list.split('\n').flatMap((line) => {
    const [, flags] = /\bflags=(\S+)/.exec(line) ?? []
    return flags?.includes('t') ? [/\bid=(\d+)/.exec(line)![1]!] : []
  })
  expect(ids.length).toBeGreaterThan(0)
  for (const id of ids) await node.command('CLIENT', 'KILL', 'ID', id)
}

describe('one shard is emptied, and the others are not,', () => {
  test('when its connection that tracks is lost; what was changed meanwhile is seen', async () => {
    await using redis = await Disredis.connect({ sentinels: fleet.sentinels, cache: {} })
    const cached = redis.cached()
    const [a, b] = twoKeys(redis)
    for (let i = 0; i < 5; i++) {
      await redis.mset({ [a]: `${i}`, [b]: `${i}` })
      await expect.poll(() => parts(redis).every(({ isOpen }) => isOpen), patient).toBe(true)
      expect([await cached.get(a), await cached.get(b)]).toEqual([`${i}`, `${i}`])
      const { emptied } = partOf(redis, b)
      await killTracking(a, redis)
      await fleet.master(redis.explain(a).shard).command('SET', a, 'new')
      await expect.poll(() => cached.get(a), patient).toBe('new')
      expect(partOf(redis, a).emptied).toBeGreaterThan(0)
      expect(partOf(redis, b).emptied).toBe(emptied)
    }
  })

  test('when its master freezes; what was under way is answered by the next connection', async () => {
    await using redis = await Disredis.connect({ sentinels: fleet.sentinels, cache: {} })
    const cached = redis.cached()
    const [a] = twoKeys(redis)
    const node = fleet.master(redis.explain(a).shard)
    await cached.get(a)
    await node.pause()
    try {
      const underWay = Array.from({ length: 20 }, (_, i) => cached.exists(`{${a}}${i}`))
      await expect.poll(() => partOf(redis, a).state, patient).toBe('dialling')
      await node.resume()
      expect(await Promise.all(underWay)).toEqual(underWay.map(() => 0))
    } finally {
      await node.resume()
    }
    await expect.poll(() => partOf(redis, a).isOpen, patient).toBe(true)
  })

  test('in a planned failover; afterwards it is filled by the new master', async () => {
    await using redis = await Disredis.connect({ sentinels: fleet.sentinels, cache: {} })
    const cached = redis.cached()
    const [a, b] = twoKeys(redis)
    const { shard } = redis.explain(a)
    await redis.mset({ [a]: 'old', [b]: 'old' })
    await fleet.waitForSync()
    expect([await cached.get(a), await cached.get(b)]).toEqual(['old', 'old'])
    const before = fleet.master(shard)
    const { emptied } = partOf(redis, b)
    const isOpen: boolean[] = []
    redis.on('failoverStarted', () => isOpen.push(partOf(redis, a).isOpen))
    await fleet.failover(shard)
    await fleet.waitForMaster(shard, { not: before })
    await expect.poll(() => redis.set(a, 'new'), patient).toBe('OK')
    expect(await cached.get(a)).toBe('new')
    await expect
      .poll(() => partOf(redis, a), patient)
      .toMatchObject({ state: 'tracking', isOpen: true })
    await cached.get(a)
    await fleet.master(shard).command('SET', a, 'newer')
    await expect.poll(() => cached.get(a), patient).toBe('newer')
    expect(isOpen[0]).toBe(false)
    expect(partOf(redis, b).emptied).toBe(emptied)
    await fleet.waitForSync()
  })
})

test('what is read over a long way is kept', async () => {
  const node = fleet.master('shard-1')
  await using proxy = await LinkProxy.listen(node.address)
  proxy.replyDelay = 400
  await using redis = await Disredis.connect({
    sentinels: fleet.sentinels,
    masters: ['shard-1'],
    placement: false,
    natMap: proxy.natMap,
    cache: { maxStaleness: 5000 },
  })
  await redis.set('far', 'v')
  await expect
    .poll(async () => {
      expect(await redis.cached().get('far')).toBe('v')
      return partOf(redis, 'far').hits
    }, patient)
    .toBeGreaterThan(0)
})

describe('nothing older than maxStaleness is given out', () => {
  test('while the link is half open and hides an invalidation', async () => {
    const maxStaleness = 300
    const node = fleet.master('shard-1')
    await using proxy = await LinkProxy.listen(node.address)
    await using redis = await Disredis.connect({
      sentinels: fleet.sentinels,
      masters: ['shard-1'],
      placement: false,
      natMap: proxy.natMap,
      cache: { maxStaleness },
    })
    const cached = redis.cached()
    for (let i = 0; i < 3; i++) {
      await node.command('SET', 'k', 'old')
      await expect.poll(() => partOf(redis, 'k').isOpen, patient).toBe(true)
      await expect.poll(() => cached.get('k'), patient).toBe('old')
      proxy.forgetLinks()
      await node.command('SET', 'k', 'new')
      const changedAt = performance.now()
      for (let value: string | null = 'old'; value === 'old'; ) {
        const askedAt = performance.now()
        value = await cached.get('k')
        if (value === 'old') expect(askedAt - changedAt).toBeLessThanOrEqual(maxStaleness)
      }
    }
  })

  test('while the master is frozen', async () => {
    const maxStaleness = 200
    await using redis = await Disredis.connect({
      sentinels: fleet.sentinels,
      cache: { maxStaleness },
    })
    const cached = redis.cached()
    const [a, b] = twoKeys(redis)
    await redis.mset({ [a]: 'v', [b]: 'v' })
    const node = fleet.master(redis.explain(a).shard)
    await cached.get(a)
    await node.pause()
    try {
      await expect.poll(() => partOf(redis, a).isOpen, patient).toBe(false)
      const waits = cached.get(a).then(() => 'answered')
      expect(await Promise.race([waits, cached.get(b)])).toBe('v')
      await node.resume()
      expect(await waits).toBe('answered')
    } finally {
      await node.resume()
    }
  })

  test('and a heartbeat keeps what is idle proven', async () => {
    await using redis = await Disredis.connect({
      sentinels: fleet.sentinels,
      cache: { maxStaleness: 400 },
    })
    const [a] = twoKeys(redis)
    await redis.cached().get(a)
    const filledAt = performance.now()
    await expect
      .poll(() => {
        const { age, entries } = partOf(redis, a)
        return entries > 0 && performance.now() - filledAt > 1000 && age! < 400
      }, patient)
      .toBe(true)
  })
})

describe('a user who may not ask for changes', () => {
  const user = { username: 'blind', password: 'pw' }

  beforeAll(async () => {
    const rule = ['SETUSER', 'blind', 'on', '>pw', '~*', '&*', '+@all', '-client|tracking']
    for (const node of fleet.nodes()) {
      if (node.role !== 'sentinel') await node.command('ACL', ...rule)
    }
  })

  test('reads as the client does, and health() tells', async () => {
    await using redis = await Disredis.connect({ sentinels: fleet.sentinels, ...user, cache: {} })
    const cached = redis.cached()
    const [a] = twoKeys(redis)
    await redis.set(a, '1')
    expect(await cached.get(a)).toBe('1')
    await fleet.master(redis.explain(a).shard).command('SET', a, '2')
    expect(await cached.get(a)).toBe('2')
    expect(partOf(redis, a)).toMatchObject({ state: 'refused', isOpen: false, entries: 0 })
    expect(partOf(redis, a).reason).toMatch(/^NOPERM/)
    const codes = redis.health().warnings.map(({ code }) => code)
    expect(codes.filter((code) => code === 'cache-refused')).toHaveLength(2)
  })

  test('does not start if the cache is required', async () => {
    const start = Disredis.connect({
      sentinels: fleet.sentinels,
      ...user,
      cache: { required: true },
    })
    await expect(start).rejects.toMatchObject({
      code: 'DISREDIS_NEAR_CACHE',
      message: expect.stringMatching(/client\|tracking/),
    })
  })

  test('who may: a required cache starts', async () => {
    await using redis = await Disredis.connect({
      sentinels: fleet.sentinels,
      cache: { required: true },
    })
    expect(parts(redis).map(({ state }) => state)).toEqual(['tracking', 'tracking'])
  })
})

test('a table of tracked keys that is nearly full is told', async () => {
  const node = fleet.master('shard-1')
  await node.command('CONFIG', 'SET', 'tracking-table-max-keys', '10')
  try {
    await using redis = await Disredis.connect({
      sentinels: fleet.sentinels,
      masters: ['shard-1'],
      placement: false,
      cache: { maxStaleness: 100 },
    })
    // Another one fills it.
    await using filler = await Disredis.connect({
      sentinels: fleet.sentinels,
      masters: ['shard-1'],
      placement: false,
      cache: { maxStaleness: 100 },
    })
    const warned = () =>
      [redis, filler].some((it) =>
        it.health().warnings.some(({ code }) => code === 'tracking-table-full'),
      )
    for (let i = 0; i < 10; i++) await filler.cached().get(`k${i}`)
    await expect.poll(warned, patient).toBe(true)
  } finally {
    await node.command('CONFIG', 'SET', 'tracking-table-max-keys', '1000000')
  }
})

test('reads of replicas, by lanes and in transactions are as without a cache', async () => {
  await using redis = await Disredis.connect({
    sentinels: fleet.sentinels,
    cache: {},
    readFrom: 'replica',
    readYourWrites: 0,
  })
  const cached = redis.cached()
  const [a] = twoKeys(redis)
  for (let i = 0; i < 50; i++) {
    await redis.set(a, `${i}`)
    // The cache asks masters only, whatever `readFrom` says.
    expect(await cached.get(a)).toBe(`${i}`)
    const seen = await redis.transaction([a], async (tx) => tx.get(a))
    expect(seen).toBe(`${i}`)
  }
  expect(await redis.durable({ replicas: 1, timeout: 5000 }).set(a, 'durable')).toBe('OK')
  expect(await cached.get(a)).toBe('durable')
})
