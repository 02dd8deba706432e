import { type Fleet, startFleet } from '@disredis/fleet'
import { expect, test } from 'vitest'
import { Disredis } from '../src/index.js'

/** Connections of clients to each Sentinel, by the name that disredis gives them. */
async function connections(fleet: Fleet, count: number): Promise<number[]> {
  return Promise.all(
    Array.from({ length: count }, async (_, i) => {
      const list = (await fleet.sentinel(i + 1).command('CLIENT', 'LIST')) as string
      return list.split('\n').filter((line) => line.includes('name=disredis ')).length
    }),
  )
}

test.each([3, 30])(
  'each Sentinel sees one connection of a process with %i masters, however many clients it has',
  async (masters) => {
    await using fleet = await startFleet({ masters, replicas: 0, sentinels: 3, downAfter: 60_000 })
    const first = await Disredis.connect({ sentinels: fleet.sentinels })
    await using second = await Disredis.connect({ sentinels: [...fleet.sentinels].reverse() })
    await expect.poll(() => connections(fleet, 3), { timeout: 30_000 }).toEqual([1, 1, 1])
    await first.close()
    expect(await second.set('k', 'v')).toBe('OK')
    expect(await connections(fleet, 3)).toEqual([1, 1, 1])
    await second.close()
    await expect.poll(() => connections(fleet, 3), { timeout: 30_000 }).toEqual([0, 0, 0])
  },
)

test('clients of different Sentinels place 10,000 keys alike, before and after restarts and failovers', async () => {
  await using fleet = await startFleet({ masters: 3, replicas: 1, sentinels: 3, downAfter: 2000 })
  const keys = Array.from({ length: 10_000 }, (_, i) => `key:${i}`)
  const placement = (client: Disredis) => keys.map((key) => client.explain(key).shard)
  const [one, , three] = fleet.sentinels
  let before: string[]
  {
    await using first = await Disredis.connect({ sentinels: [one!] })
    await using last = await Disredis.connect({ sentinels: [three!] })
    before = placement(first)
    expect(placement(last)).toEqual(before)
    for (const number of [1, 2, 3]) await fleet.sentinel(number).stop()
    for (const number of [1, 2, 3]) await fleet.sentinel(number).restart()
    const from = fleet.master('shard-2')
    await expect
      .poll(
        () =>
          fleet.failover('shard-2').then(
            () => 'accepted',
            (error: Error) => error.message,
          ),
        {
          timeout: 60_000,
          interval: 200,
        },
      )
      .toBe('accepted')
    const to = await fleet.waitForMaster('shard-2', { not: from })
    expect(to.name).not.toBe(from.name)
    expect(placement(first)).toEqual(before)
    expect(placement(last)).toEqual(before)
  }
  await using fresh = await Disredis.connect({ sentinels: [fleet.sentinels[1]!] })
  expect(placement(fresh)).toEqual(before)
})
