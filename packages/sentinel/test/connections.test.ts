import { once } from 'node:events'
import { type Fleet, startFleet } from '@disredis/fleet'
import { describe, expect, test } from 'vitest'
import { acquireWatcher, SentinelWatcher } from '../src/index.js'
import { eventually, record } from './support/recorder.js'

/** How many connections of this name each Sentinel has. */
async function connections(fleet: Fleet, name = 'disredis'): Promise<number[]> {
  const lists = await Promise.all(
    [1, 2, 3].map((number) => fleet.sentinel(number).command('CLIENT', 'LIST')),
  )
  return lists.map((list) => String(list).split(` name=${name} `).length - 1)
}

async function allConnected(watcher: SentinelWatcher): Promise<void> {
  await eventually(() =>
    expect(watcher.topology!.sentinels.map(({ isConnected }) => isConnected)).toEqual([
      true,
      true,
      true,
    ]),
  )
}

describe('each Sentinel sees exactly one connection', () => {
  test.each([3, 30])('with %i masters', async (count) => {
    await using fleet = await startFleet({ replicas: 0, downAfter: 5000 })
    const { host, port } = fleet.master().address
    // More names for the same node: it is the number of names that counts here.
    const names = Array.from({ length: count - 1 }, (_, index) => `more-${index}`)
    for (const sentinel of [1, 2, 3].map((number) => fleet.sentinel(number))) {
      for (const name of names) await sentinel.command('SENTINEL', 'MONITOR', name, host, port, 2)
    }
    await using watcher = new SentinelWatcher({ sentinels: fleet.sentinels })
    const topology = await watcher.start()
    expect([...topology.shards.keys()]).toEqual([...names, 'shard-1'].sort())
    await allConnected(watcher)
    expect(await connections(fleet)).toEqual([1, 1, 1])
  })

  test('from one seed that is a name, also after each Sentinel was restarted', async () => {
    await using fleet = await startFleet({ replicas: 0, downAfter: 5000 })
    const { port } = fleet.sentinel(2).address
    await using watcher = new SentinelWatcher({ sentinels: `localhost:${port}` })
    await watcher.start()
    await allConnected(watcher)
    expect(await connections(fleet)).toEqual([1, 1, 1])
    const { events } = record(watcher)
    for (const number of [1, 2, 3]) {
      await fleet.sentinel(number).restart()
      await eventually(() =>
        expect(events.filter(({ name }) => name === 'sentinelError').length).toBeGreaterThan(0),
      )
      await allConnected(watcher)
      events.length = 0
    }
    await expect.poll(() => connections(fleet), { timeout: 30_000 }).toEqual([1, 1, 1])
  })

  test('with a name and an address for the same Sentinel', async () => {
    await using fleet = await startFleet({ replicas: 0, downAfter: 5000 })
    const { port } = fleet.sentinel(1).address
    const sentinels = [...fleet.sentinels, `localhost:${port}`]
    await using watcher = new SentinelWatcher({ sentinels })
    await watcher.start()
    await allConnected(watcher)
    await expect.poll(() => connections(fleet), { timeout: 30_000 }).toEqual([1, 1, 1])
  })

  test('from any number of clients with the same options, and none after the last', async () => {
    await using fleet = await startFleet({ replicas: 0, downAfter: 5000 })
    const options = { sentinels: fleet.sentinels, connectionName: 'shared' }
    const leases = Array.from({ length: 10 }, () => acquireWatcher(options))
    await Promise.all(leases.map(({ watcher }) => watcher.start()))
    await allConnected(leases[0]!.watcher)
    expect(await connections(fleet, 'shared')).toEqual([1, 1, 1])
    await Promise.all(leases.slice(1).map((lease) => lease.release()))
    expect(await connections(fleet, 'shared')).toEqual([1, 1, 1])
    await leases[0]!.release()
    await expect.poll(() => connections(fleet, 'shared')).toEqual([0, 0, 0])
  })
})

test('seed names are resolved at every dial', async () => {
  await using fleet = await startFleet({
    replicas: 0,
    downAfter: 5000,
    sentinels: 1,
    bind: { sentinels: '127.0.0.2' },
  })
  const [seed] = [fleet.sentinel(1)]
  let resolved = '127.0.0.3'
  let lookups = 0
  await using watcher = new SentinelWatcher({
    sentinels: `sentinel.example:${seed.address.port}`,
    lookup: (_, options, callback) => {
      lookups += 1
      if (options.all) callback(null, [{ address: resolved, family: 4 }])
      else callback(null, resolved, 4)
    },
  })
  const refused = once(watcher, 'sentinelError')
  const starting = watcher.start()
  await refused
  resolved = '127.0.0.2'
  const { shards } = await starting
  expect(shards.get('shard-1')!.master).toEqual(fleet.master().address)
  expect(lookups).toBeGreaterThan(1)
})
