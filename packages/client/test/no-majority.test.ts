import { startFleet } from '@disredis/fleet'
import { expect, test } from 'vitest'
import { Disredis } from '../src/index.js'

test('a crash that too few Sentinels see says why nobody takes over', async () => {
  await using fleet = await startFleet({ masters: 1, replicas: 1, sentinels: 4, quorum: 2 })
  await using redis = await Disredis.connect({ sentinels: fleet.sentinels })
  const aborted = new Promise((resolve) => redis.once('failoverAborted', resolve))
  await fleet.sentinel(3).kill()
  await fleet.sentinel(4).kill()
  await fleet.master().kill()
  expect(await aborted).toEqual({ shard: 'shard-1', reason: 'not-elected' })
  await expect(redis.with({ timeout: 300 }).set('k', 'v')).rejects.toMatchObject({
    code: 'DISREDIS_SHARD_DOWN',
    message: expect.stringMatching(/3 of the 4 known Sentinels must agree, and 2 answer/),
  })
})
