import { formatAddress } from '@disredis/connection'
import { type Fleet, startFleet } from '@disredis/fleet'
import { expect, test } from 'vitest'
import { SentinelWatcher } from '../src/index.js'
import { eventually, record } from './support/recorder.js'

/** From now on this Sentinel names the master by its host name, as in a rolling change of names. */
async function nameByHost(fleet: Fleet, number: number): Promise<void> {
  const sentinel = fleet.sentinel(number)
  const { port } = fleet.master().address
  const settings = (await sentinel.command('SENTINEL', 'MASTER', 'shard-1')) as string[]
  const settingOf = (name: string) => settings[settings.indexOf(name) + 1]!
  const [downAfter, timeout] = ['down-after-milliseconds', 'failover-timeout'].map(settingOf)
  for (const name of ['resolve-hostnames', 'announce-hostnames']) {
    await sentinel.command('SENTINEL', 'CONFIG', 'SET', name, 'yes')
  }
  await sentinel.command('SENTINEL', 'REMOVE', 'shard-1')
  await sentinel.command('SENTINEL', 'MONITOR', 'shard-1', 'localhost', port, 2)
  await sentinel.command(
    ...['SENTINEL', 'SET', 'shard-1', 'down-after-milliseconds', downAfter!],
    ...['failover-timeout', timeout!],
  )
  await eventually(async () => {
    const master = (await sentinel.command('SENTINEL', 'MASTER', 'shard-1')) as string[]
    expect(master[master.indexOf('ip') + 1]).toBe('localhost')
    expect(master[master.indexOf('runid') + 1]).toMatch(/^[0-9a-f]{40}$/)
    expect(master[master.indexOf('num-slaves') + 1]).toBe('1')
    expect(master[master.indexOf('num-other-sentinels') + 1]).toBe('2')
  })
}

test.each([
  ['that names it by its address', 1],
  ['that names it by its host name', 3],
])(
  'a master under two names is one node, through a failover led by a Sentinel %s',
  async (_, leader) => {
    await using fleet = await startFleet({ downAfter: 5000 })
    await nameByHost(fleet, 3)
    await using watcher = new SentinelWatcher({ sentinels: fleet.sentinels, timeout: 2000 })
    const { events, snapshots } = record(watcher)
    const { shards } = await watcher.start()
    const held = shards.get('shard-1')!.master
    await eventually(() => {
      watcher.requestRefresh()
      expect(watcher.topology!.sentinels.every(({ isConnected }) => isConnected)).toBe(true)
    })
    const old = fleet.master()
    await fleet.sentinel(leader).command('SENTINEL', 'FAILOVER', 'shard-1')
    const next = await fleet.waitForMaster('shard-1', { not: old })
    await eventually(() => expect(events.map(({ name }) => name)).toContain('masterSwitched'))

    const started = events.filter(({ name }) => name === 'failoverStarted')
    expect(started.map(({ event }) => (event as { master: object }).master)).toEqual([held])
    const [switched] = events.filter(({ name }) => name === 'masterSwitched')
    expect(switched!.event).toMatchObject({ from: held })
    const { port } = next.address
    await eventually(() => expect(watcher.topology!.shards.get('shard-1')!.master.port).toBe(port))
    // One swap: neither of them flapped between two names.
    const masters = snapshots.map((topology) =>
      formatAddress(topology.shards.get('shard-1')!.master),
    )
    expect(masters.filter((master, i) => master !== masters[i - 1])).toEqual([
      formatAddress(held),
      expect.stringContaining(`:${port}`),
    ])
  },
)
