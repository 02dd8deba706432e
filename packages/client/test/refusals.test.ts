import { type Fleet, startFleet } from '@disredis/fleet'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Disredis } from '../src/index.js'

let fleet: Fleet

beforeAll(async () => {
  fleet = await startFleet({ masters: 1, replicas: 1, sentinels: 1, downAfter: 60_000 })
})

afterAll(async () => {
  await fleet?.close()
})

async function list(redis: Disredis, key: string): Promise<string[]> {
  return redis.lrange(key, 0, -1)
}

describe('writes that the master refuses before it executes them', () => {
  test('are executed once and in order when the refusal ends: NOREPLICAS', async () => {
    await using redis = await Disredis.connect({
      sentinels: fleet.sentinels,
      commandTimeout: 60_000,
    })
    const master = fleet.master()
    await master.command('CONFIG', 'SET', 'min-replicas-to-write', '2')
    const ids = Array.from({ length: 200 }, (_, i) => `${i}`)
    const writes = ids.map((id) => redis.rpush('refused', id))
    await expect.poll(() => redis.health().shards[0]?.queue.commands).toBeGreaterThan(0)
    await master.command('CONFIG', 'SET', 'min-replicas-to-write', '0')
    expect(await Promise.all(writes)).toEqual(ids.map((_, i) => i + 1))
    expect(await list(redis, 'refused')).toEqual(ids)
  })

  test('are rejected at their deadline with the last refusal', async () => {
    await using redis = await Disredis.connect({ sentinels: fleet.sentinels })
    const master = fleet.master()
    await master.command('CONFIG', 'SET', 'min-replicas-to-write', '2')
    try {
      await expect(redis.with({ timeout: 300 }).set('k', 'v')).rejects.toMatchObject({
        code: 'DISREDIS_COMMAND_TIMEOUT',
        mayHaveExecuted: false,
        message: expect.stringContaining('NOREPLICAS'),
      })
      expect(redis.health()).toMatchObject({
        state: 'ok',
        shards: [{ queue: { commands: 0, bytes: 0 } }],
      })
    } finally {
      await master.command('CONFIG', 'SET', 'min-replicas-to-write', '0')
    }
  })

  test('wait, in order, until the node is a master again: READONLY in mid-stream', async () => {
    await using redis = await Disredis.connect({
      sentinels: fleet.sentinels,
      commandTimeout: 60_000,
    })
    const master = fleet.master()
    const [replica] = fleet.replicas()
    const ids = Array.from({ length: 2000 }, (_, i) => `${i}`)
    const writes = ids.slice(0, 1000).map((id) => redis.rpush('readonly', id))
    await master.command('REPLICAOF', replica!.address.host, `${replica!.address.port}`)
    writes.push(...ids.slice(1000).map((id) => redis.rpush('readonly', id)))
    await expect.poll(() => redis.health().shards[0]?.phase).not.toBe('ready')
    await master.command('REPLICAOF', 'NO', 'ONE')
    const settled = await Promise.allSettled(writes)
    expect(settled.filter(({ status }) => status === 'rejected')).toEqual([])
    const stored = await list(redis, 'readonly')
    // The replica that it followed for a moment may lack the first ones: not what is tested here.
    expect(stored).toEqual(ids.slice(ids.length - stored.length))
    await replica!.command('REPLICAOF', master.address.host, `${master.address.port}`)
    await fleet.waitForSync()
  })
})

test('errors that are the answer reach the caller and leave the connection as it is', async () => {
  await using redis = await Disredis.connect({ sentinels: fleet.sentinels })
  await redis.set('text', 'x')
  const id = await redis.shard('shard-1').client('ID')
  await expect(redis.incr('text')).rejects.toThrow('not an integer')
  await expect(redis.lpush('text', 'v')).rejects.toThrow('WRONGTYPE')
  await expect(redis.shard('shard-1').call('NOSUCH', 'text')).rejects.toThrow('unknown command')
  const [script, key] = ["return redis.error_reply('MISCONF disk')", 'text']
  await expect(redis.eval(script, 1, key)).rejects.toThrow('MISCONF disk')
  expect(await redis.shard('shard-1').client('ID')).toBe(id)
})

describe('a shard without a master', () => {
  test('rejects at once what exceeds its queue, and keeps what it took', async () => {
    await using other = await startFleet({
      masters: 1,
      replicas: 0,
      sentinels: 1,
      downAfter: 60_000,
    })
    await using redis = await Disredis.connect({
      sentinels: other.sentinels,
      commandTimeout: 60_000,
      queue: { maxCommands: 10 },
    })
    await other.master().kill()
    await expect.poll(() => redis.health().state).toBe('down')
    const taken = Array.from({ length: 10 }, (_, i) => redis.rpush('queued', `${i}`))
    await expect(redis.rpush('queued', 'too many')).rejects.toMatchObject({
      code: 'DISREDIS_QUEUE_FULL',
      mayHaveExecuted: false,
      shard: 'shard-1',
    })
    await other.master().restart()
    expect(await Promise.all(taken)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
  })

  test('takes a pipeline as a whole or not at all', async () => {
    await using other = await startFleet({
      masters: 1,
      replicas: 0,
      sentinels: 1,
      downAfter: 60_000,
    })
    await using redis = await Disredis.connect({
      sentinels: other.sentinels,
      commandTimeout: 60_000,
      queue: { maxCommands: 10 },
    })
    await other.master().kill()
    await expect.poll(() => redis.health().state).toBe('down')
    const pushes = (count: number) => {
      const pipeline = redis.pipeline()
      for (let i = 0; i < count; i++) pipeline.rpush('whole', `${i}`)
      return pipeline.exec()
    }
    const refused = (await pushes(15)).map(([error]) => error)
    expect(refused).toHaveLength(15)
    for (const error of refused) {
      expect(error).toMatchObject({ code: 'DISREDIS_QUEUE_FULL', mayHaveExecuted: false })
    }
    // What was refused makes room.
    const taken = pushes(10)
    await other.master().restart()
    expect((await taken).map(([, length]) => length)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
  })

  test('rejects what it took at the deadline, naming the shard and the cause', async () => {
    await using other = await startFleet({
      masters: 1,
      replicas: 0,
      sentinels: 1,
      downAfter: 60_000,
    })
    await using redis = await Disredis.connect({ sentinels: other.sentinels, commandTimeout: 500 })
    await other.master().kill()
    await expect.poll(() => redis.health().state).toBe('down')
    await expect(redis.get('k')).rejects.toMatchObject({
      code: 'DISREDIS_SHARD_DOWN',
      shard: 'shard-1',
      mayHaveExecuted: false,
      cause: expect.anything(),
    })
  })
})

test('a write that was sent to a frozen master and not answered has an unknown outcome; a read times out', async () => {
  await using other = await startFleet({ masters: 1, replicas: 0, sentinels: 1, downAfter: 60_000 })
  await using redis = await Disredis.connect({ sentinels: other.sentinels, commandTimeout: 1000 })
  await redis.set('k', 'v')
  await other.master().pause()
  const [write, read] = await Promise.allSettled([redis.incr('n'), redis.get('k')])
  expect(write).toMatchObject({
    reason: { code: 'DISREDIS_OUTCOME_UNKNOWN', mayHaveExecuted: true, shard: 'shard-1' },
  })
  expect(read).toMatchObject({ reason: { code: 'DISREDIS_COMMAND_TIMEOUT' } })
  // The connection is known to be silent: this one is not written, so its outcome is known.
  await expect(redis.incr('n')).rejects.toMatchObject({ mayHaveExecuted: false })
  await other.master().resume()
  await expect.poll(() => redis.get('k').catch(() => null), { timeout: 30_000 }).toBe('v')
})

test('closing rejects what cannot be finished, and leaves nothing behind', async () => {
  await using other = await startFleet({ masters: 1, replicas: 0, sentinels: 1, downAfter: 60_000 })
  const redis = await Disredis.connect({ sentinels: other.sentinels, commandTimeout: 60_000 })
  await other.master().pause()
  const pending = Promise.allSettled([redis.incr('n'), redis.get('k')])
  await redis.close({ timeout: 100 })
  expect(await pending).toMatchObject([
    { reason: { code: 'DISREDIS_OUTCOME_UNKNOWN' } },
    { reason: { code: 'DISREDIS_CLOSED' } },
  ])
})
