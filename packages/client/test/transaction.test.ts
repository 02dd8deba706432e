import { type Fleet, startFleet } from '@disredis/fleet'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type CommandHandle, CrossShardError, Disredis, NotRoutableError } from '../src/index.js'

let fleet: Fleet
let redis: Disredis

beforeAll(async () => {
  fleet = await startFleet({ masters: 2, replicas: 1, sentinels: 3, downAfter: 1000 })
  redis = await Disredis.connect({ sentinels: fleet.sentinels, commandTimeout: 60_000 })
})

afterAll(async () => {
  await redis?.close()
  await fleet?.close()
})

function addOne(client: Disredis, key: string, retries = 1000) {
  return client.transaction(
    [key],
    async (tx) => {
      const value = Number(await tx.get(key))
      return tx
        .multi()
        .set(key, value + 1)
        .exec()
    },
    { retries },
  )
}

describe('transaction()', () => {
  test('executes what its function decided from watched keys', async () => {
    await redis.set('t:n', '41')
    expect(await addOne(redis, 't:n')).toEqual([[null, 'OK']])
    expect(await redis.get('t:n')).toBe('42')
  })

  test('begins again when a watched key was changed: no update is lost among many', async () => {
    await redis.set('t:many', '0')
    await Promise.all(Array.from({ length: 30 }, () => addOne(redis, 't:many')))
    expect(await redis.get('t:many')).toBe('30')
  })

  test('gives up with a typed error when it is disturbed each time', async () => {
    await redis.set('t:busy', '0')
    const disturbed = redis.transaction(
      ['t:busy'],
      async (tx) => {
        await redis.incr('t:busy')
        return tx.multi().set('t:busy', 'mine').exec()
      },
      { retries: 2 },
    )
    await expect(disturbed).rejects.toMatchObject({ code: 'DISREDIS_TRANSACTION_CONFLICT' })
    expect(await redis.get('t:busy')).toBe('3')
  })

  test('passes on what its function throws, and leaves nothing watched for the next', async () => {
    await redis.set('t:thrown', '0')
    const own = new Error('my own')
    await expect(redis.transaction(['t:thrown'], () => Promise.reject(own))).rejects.toBe(own)
    expect(await redis.transaction(['t:thrown'], async (tx) => tx.get('t:thrown'))).toBe('0')
    await redis.set('t:thrown', '1')
    expect(await addOne(redis, 't:other', 0)).toEqual([[null, 'OK']])
  })

  test('ends with its EXEC: UNWATCH is sent only where none was', async () => {
    const { shard } = redis.explain('t:ended')
    const unwatched = async () => {
      const stats = await fleet.master(shard).command('INFO', 'commandstats')
      return Number(/cmdstat_unwatch:calls=(\d+)/.exec(String(stats))?.[1] ?? 0)
    }
    const before = await unwatched()
    await addOne(redis, 't:ended')
    await addOne(redis, 't:ended')
    expect(await unwatched()).toBe(before)
    await redis.transaction(['t:ended'], (tx) => tx.get('t:ended'))
    expect(await unwatched()).toBe(before + 1)
    const inDoubt = redis.transaction(['t:ended'], async (tx) => {
      await tx.multi().set('t:ended', '9').exec()
      await tx.watch('t:ended')
      return tx.get('t:ended')
    })
    expect(await inDoubt).toBe('9')
    expect(await unwatched()).toBe(before + 2)
  })

  test('never executes twice: what fails after the EXEC is not begun again', async () => {
    await redis.set('t:once', '0')
    const { shard } = redis.explain('t:once')
    let calls = 0
    const failed = redis.transaction(['t:once'], async (tx) => {
      calls++
      await tx.multi().incr('t:once').exec()
      await fleet.master(shard).command('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes')
      // The connection is gone, and with it what the caller still wanted.
      for (;;) await tx.get('t:once')
    })
    await expect(failed).rejects.toMatchObject({ retryable: true })
    expect(calls).toBe(1)
    expect(await redis.get('t:once')).toBe('1')
  })

  test('refuses keys of different shards', async () => {
    const keys = Array.from({ length: 20 }, (_, i) => `t:apart:${i}`)
    await expect(redis.transaction(keys, async () => 1)).rejects.toMatchObject({
      code: 'DISREDIS_CROSS_SHARD',
    })
  })

  test("sends nothing to a shard that is not the key's: it refuses", async () => {
    const here = 't:here'
    const { shard } = redis.explain(here)
    const there = Array.from({ length: 50 }, (_, i) => `t:there:${i}`).find(
      (key) => redis.explain(key).shard !== shard,
    )!
    for (const call of [
      (tx: CommandHandle) => tx.get(there),
      (tx: CommandHandle) => tx.mget(here, there),
      (tx: CommandHandle) => tx.multi().set(here, '1').set(there, '1').exec(),
      (tx: CommandHandle) => tx.multi().set(there, '1').exec(),
      (tx: CommandHandle) => tx.watch(there),
      (tx: CommandHandle) => tx.blpop(there, 1),
    ]) {
      await expect(redis.transaction([here], call as never)).rejects.toBeInstanceOf(CrossShardError)
    }
    expect(await fleet.master(shard).command('EXISTS', there)).toBe(0)
    expect(await redis.exists(here, there)).toBe(0)
  })

  test('takes an array of keys, not one that would be taken letter by letter', async () => {
    const failed = redis.transaction('t:n' as never, async () => 1)
    await expect(failed).rejects.toMatchObject({ code: 'DISREDIS_INVALID_OPTION' })
  })

  test.each([
    ['select', [1]],
    ['subscribe', ['c']],
    ['quit', []],
    ['client', ['REPLY', 'OFF']],
    ['call', ['MULTI']],
  ] as const)(
    'lets nobody change its connection, which others get next: %s',
    async (name, args) => {
      const call = (tx: CommandHandle) =>
        (tx[name] as (...args: unknown[]) => Promise<unknown>)(...args)
      await expect(redis.transaction(['t:own'], call)).rejects.toBeInstanceOf(NotRoutableError)
    },
  )

  test('has what belongs to it: WATCH of more keys, keyless commands, waiting', async () => {
    const seen = await redis.transaction(['{t}a'], async (tx) => [
      await tx.watch('{t}b'),
      await tx.dbsize(),
      await tx.blpop('{t}none', 0.01),
      await tx.unwatch(),
    ])
    expect(seen).toEqual(['OK', expect.any(Number), null, 'OK'])
  })

  test('that is under way is executed before the client is closed', async () => {
    await using client = await Disredis.connect({ sentinels: fleet.sentinels })
    let quit: Promise<'OK'> | undefined
    const result = client.transaction(['t:last'], async (tx) => {
      await tx.get('t:last')
      quit = client.quit()
      // Longer than closing takes.
      await tx.blpop('{t:last}none', 0.3)
      return tx.multi().set('t:last', '1').exec()
    })
    expect(await result).toEqual([[null, 'OK']])
    expect(await quit).toBe('OK')
    expect(await redis.get('t:last')).toBe('1')
  })

  test('returns null if that is what its function found, and does not begin again for it', async () => {
    let calls = 0
    const found = await redis.transaction(['t:none'], async (tx) => {
      calls++
      return tx.get('t:none')
    })
    expect([found, calls]).toEqual([null, 1])
  })

  test('begins again after a conflict, whatever its function made of the null', async () => {
    let calls = 0
    const result = await redis.transaction(['{t}n', '{t}m'], async (tx) => {
      calls++
      await tx.watch('{t}more')
      if (calls < 3) await redis.set('{t}n', calls)
      const replies = await tx.multi().set('{t}n', 'mine').exec()
      return replies === null ? 'nothing happened' : 'done'
    })
    expect([result, calls]).toEqual(['done', 3])
    expect(await redis.get('{t}n')).toBe('mine')
  })

  test.each(['failover', 'kill'] as const)(
    'counts right while the master is replaced (%s)',
    async (fault) => {
      const key = `t:${fault}`
      const { shard } = redis.explain(key)
      await redis.set(key, '0')
      await fleet.waitForSync(shard)
      let done = 0
      let unknown = 0
      let isStopped = false
      const work = Promise.all(
        Array.from({ length: 4 }, async () => {
          while (!isStopped) {
            await addOne(redis, key).then(
              () => done++,
              (error) => {
                if (error.code !== 'DISREDIS_OUTCOME_UNKNOWN') throw error
                unknown++
              },
            )
          }
        }),
      )
      await expect.poll(() => done).toBeGreaterThan(5)
      const replaced = new Promise((resolve) => redis.once('failoverCompleted', resolve))
      if (fault === 'kill') await fleet.master(shard).kill()
      else await fleet.failover(shard)
      await replaced
      const before = done
      await expect.poll(() => done, { timeout: 60_000 }).toBeGreaterThan(before + 5)
      isStopped = true
      await work
      const value = Number(await redis.get(key))
      expect(value).toBeLessThanOrEqual(done + unknown)
      // A crash may take acknowledged writes with it that no replica had; a planned failover may not.
      if (fault === 'failover') expect(value).toBeGreaterThanOrEqual(done)
    },
  )
})
