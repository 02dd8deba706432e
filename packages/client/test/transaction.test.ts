import { type Fleet, startFleet } from '@disredis/fleet'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Disredis } from '../src/index.js'

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
