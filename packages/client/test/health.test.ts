import { once } from 'node:events'
import { startFleet } from '@disredis/fleet'
import { expect, test, vi } from 'vitest'
import { Disredis } from '../src/index.js'

/** As long as a loaded machine may take. */
const patience = { timeout: 60_000, interval: 50 }

test('a host that falls silent, with nobody to replace it, is told as one that is gone', async () => {
  await using fleet = await startFleet({ masters: 2, replicas: 0, sentinels: 3, downAfter: 1000 })
  await using redis = await Disredis.connect({ sentinels: fleet.sentinels, commandTimeout: 5000 })
  const down: string[] = []
  const up: string[] = []
  redis.on('shardDown', ({ shard, error }) => down.push(`${shard} ${error.message}`))
  redis.on('shardUp', ({ shard }) => up.push(shard))
  const aborted = once(redis, 'failoverAborted')
  const node = fleet.master('shard-1')
  await node.pause()
  const rejected = expect(redis.shard('shard-1').get('a')).rejects.toThrow()
  await vi.waitFor(() => expect(redis.health().state).toBe('down'), patience)
  const shard = redis.health().shards.find((it) => it.shard === 'shard-1')
  expect(shard).toMatchObject({ phase: 'down', isAnswering: false })
  await rejected
  await aborted
  expect(redis.health().shards[0]?.lastError?.message).toMatch(/replicas can be promoted/)
  expect(down).toHaveLength(1)
  expect(down[0]).toMatch(/^shard-1 .*does not answer/)
  await node.resume()
  await vi.waitFor(() => expect(up).toEqual(['shard-1']), patience)
  expect(await redis.shard('shard-1').get('a')).toBeNull()
  expect(redis.health()).toMatchObject({ shards: [{ phase: 'ready' }, { phase: 'ready' }] })
})

test('the duration of a failover is the time without service, silence included', async () => {
  const downAfter = 2000
  await using fleet = await startFleet({ masters: 1, replicas: 1, sentinels: 3, downAfter })
  await using redis = await Disredis.connect({ sentinels: fleet.sentinels, commandTimeout: 60_000 })
  const completed = once(redis, 'failoverCompleted')
  await redis.set('a', '1')
  await fleet.master('shard-1').pause()
  const write = redis.set('a', '2').catch((error: Error) => error)
  const [{ duration }] = await completed
  // Sentinel begins no sooner than that; the promotion itself takes a fraction of it.
  expect(duration).toBeGreaterThan(downAfter * 0.75)
  await write
})

test('health() warns of what cannot fail over', async () => {
  await using fleet = await startFleet({ masters: 1, replicas: 1, sentinels: 3, downAfter: 1000 })
  const codes = (redis: Disredis) => redis.health().warnings.map(({ code }) => code)
  await using redis = await Disredis.connect({ sentinels: fleet.sentinels, commandTimeout: 5000 })
  // All of it runs on this machine.
  expect(codes(redis)).toEqual(['no-majority-after-host-loss', 'one-host'])
  await using hasty = new Disredis({ sentinels: fleet.sentinels, commandTimeout: 500 })
  // Half a second may be too short for it here; it warns as soon as it knows the Sentinels.
  hasty.ready().catch(() => {})
  await expect.poll(() => codes(hasty), patience).toContain('slow-detection')
  await fleet.replicas('shard-1')[0]!.kill()
  await vi.waitFor(() => expect(codes(redis)).toContain('no-promotable-replica'), patience)
  for (const { message } of redis.health().warnings) expect(message).toMatch(/^[A-Z].*\.$/s)
})

test('an error that stays is told once', async () => {
  await using fleet = await startFleet({ masters: 1, replicas: 0, sentinels: 1 })
  await using redis = new Disredis({
    sentinels: fleet.sentinels,
    username: 'nobody',
    password: 'wrong',
  })
  const errors: string[] = []
  redis.on('error', (error) => errors.push((error as Error & { code: string }).code))
  await expect(redis.ready()).rejects.toMatchObject({ code: 'DISREDIS_AUTHENTICATION' })
  /** How often the server has refused the password. */
  const refused = async () => {
    const entries = (await fleet.master('shard-1').command('ACL', 'LOG')) as unknown[][]
    return entries.reduce((sum, entry) => sum + Number(entry[entry.indexOf('count') + 1]), 0)
  }
  const before = await refused()
  await vi.waitFor(async () => expect(await refused()).toBeGreaterThan(before + 2), patience)
  expect(errors).toEqual(['DISREDIS_AUTHENTICATION'])
})
