import { type Fleet, startFleet } from '@disredis/fleet'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Disredis } from '../src/index.js'

let fleet: Fleet
let redis: Disredis

beforeAll(async () => {
  fleet = await startFleet({ masters: 3, replicas: 0, sentinels: 3, downAfter: 60_000 })
  redis = await Disredis.connect({ sentinels: fleet.sentinels })
})

afterAll(async () => {
  await redis?.close()
  await fleet?.close()
})

describe('with a signal', () => {
  test('a call that was aborted before rejects with its reason and is not sent', async () => {
    const reason = new Error('changed my mind')
    const handle = redis.with({ signal: AbortSignal.abort(reason) })
    await expect(handle.set('a:k', 'v')).rejects.toBe(reason)
    expect(await redis.get('a:k')).toBeNull()
  })

  test.each(['pipeline', 'multi'] as const)(
    'a %s that was aborted before is not sent',
    async (batch) => {
      const reason = new Error('changed my mind')
      const handle = redis.with({ signal: AbortSignal.abort(reason) })
      const executed = handle[batch]().set('a:batch', 'v').get('a:batch').exec()
      if (batch === 'multi') await expect(executed).rejects.toBe(reason)
      else expect(await executed).toEqual([[reason], [reason]])
      expect(await redis.get('a:batch')).toBeNull()
    },
  )

  test('a transaction on the wire has an unknown outcome', async () => {
    const master = fleet.master(redis.explain('{a}k').shard)
    await master.pause()
    const control = new AbortController()
    const executed = redis.with({ signal: control.signal }).multi().incr('{a}k').exec()
    const failed = executed.catch((e) => e)
    const reason = new Error('enough')
    setImmediate(() => control.abort(reason))
    expect(await failed).toMatchObject({ code: 'DISREDIS_OUTCOME_UNKNOWN', cause: reason })
    await master.resume()
    await expect.poll(() => redis.get('{a}k')).toBe('1')
  })

  test('a write on the wire has an unknown outcome, a queued one leaves the queue', async () => {
    await using other = await startFleet({
      masters: 1,
      replicas: 0,
      sentinels: 1,
      downAfter: 60_000,
    })
    await using client = await Disredis.connect({
      sentinels: other.sentinels,
      commandTimeout: 60_000,
    })
    await other.master().pause()
    const control = new AbortController()
    const handle = client.with({ signal: control.signal })
    const sent = handle.incr('n').catch((e) => e)
    await expect.poll(() => client.health().shards[0]?.isAnswering).toBe(false)
    const queued = handle.incr('n').catch((e) => e)
    expect(client.health().shards[0]?.queue.commands).toBe(1)
    const reason = new Error('enough')
    control.abort(reason)
    expect(await sent).toMatchObject({ code: 'DISREDIS_OUTCOME_UNKNOWN', cause: reason })
    expect(await queued).toBe(reason)
    expect(client.health().shards[0]?.queue).toEqual({ commands: 0, bytes: 0 })
    await client.close({ timeout: 0 })
  })
})
