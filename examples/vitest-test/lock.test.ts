import { Disredis } from '@disredis/client'
import { startFleet } from '@disredis/fleet'
import { expect, test } from 'vitest'
import { tryLock } from './lock'

test('a lock that a replica has is still held when the master has died', {
  timeout: 60_000,
}, async () => {
  await using fleet = await startFleet({ masters: 1, replicas: 1, sentinels: 3 })
  await using redis = await Disredis.connect(fleet.sentinels)

  expect(await tryLock(redis, 'report', 'ada', 60_000)).toBe(true)
  await fleet.waitForSync()
  await fleet.master().kill()
  expect(await tryLock(redis, 'report', 'bob', 60_000)).toBe(false)
})
