import { startFleet } from '@disredis/fleet'
import { describe, expect, test } from 'vitest'
import { SentinelWatcher } from '../src/index.js'
import { eventually, record } from './support/recorder.js'

describe('a failover of one master of two', () => {
  test.each([
    ['crash', 'kill'],
    ['hang', 'pause'],
  ] as const)('after a %s is told step by step and moves that shard only', async (_, fault) => {
    await using fleet = await startFleet({ masters: 2, downAfter: 2000 })
    await using watcher = new SentinelWatcher({ sentinels: fleet.sentinels })
    const first = await watcher.start()
    const { events, snapshots } = record(watcher)
    const old = fleet.master('shard-2')
    const [replica] = fleet.replicas('shard-2')
    await old[fault]()
    await eventually(() => expect(events.map(({ name }) => name)).toContain('masterSwitched'))

    const { address: from } = old
    const { address: to } = replica!
    const of = (wanted: string) => events.find(({ name }) => name === wanted)!.event
    expect(of('failoverStarted')).toMatchObject({ shard: 'shard-2', master: from })
    expect(of('replicaSelected')).toMatchObject({ shard: 'shard-2', address: to })
    expect(of('replicaPromoted')).toMatchObject({ shard: 'shard-2', address: to })
    expect(of('masterSwitched')).toMatchObject({ shard: 'shard-2', from, to })
    expect(of('masterDown')).toMatchObject({ shard: 'shard-2', isObjective: false, isDown: true })
    const steps = ['failoverStarted', 'replicaSelected', 'replicaPromoted', 'masterSwitched']
    const told = events.map(({ name }) => name).filter((name) => steps.includes(name))
    expect(told).toEqual(steps)

    const shard = watcher.topology!.shards.get('shard-2')!
    expect(shard.master).toEqual(to)
    expect(shard.configEpoch).toBeGreaterThan(first.shards.get('shard-2')!.configEpoch)
    // The other Sentinels follow, each in its own time: nothing more is told, nothing goes back.
    await fleet.waitForMaster('shard-2', { not: old })
    await eventually(() => {
      const [demoted] = watcher.topology!.shards.get('shard-2')!.replicas
      expect(demoted).toMatchObject({ address: from })
    })
    const masters = snapshots.map(({ shards }) => shards.get('shard-2')!.master.port)
    expect([...new Set(masters)].at(-1)).toBe(to.port)
    expect(masters.lastIndexOf(from.port)).toBeLessThan(masters.indexOf(to.port))
    expect(events.filter(({ name }) => name === 'masterSwitched')).toHaveLength(1)
    expect(events.filter(({ shard: name }) => name === 'shard-1')).toEqual([])
    for (const { shards } of snapshots) {
      expect(shards.get('shard-1')!.master).toEqual(first.shards.get('shard-1')!.master)
    }
  })
})

test('a planned failover is told from the election to the switch, and the next one too', async () => {
  await using fleet = await startFleet({ downAfter: 5000 })
  await using watcher = new SentinelWatcher({ sentinels: fleet.sentinels })
  await watcher.start()
  const { events } = record(watcher)
  const masters = [fleet.master()]
  for (let round = 1; round <= 2; round++) {
    await fleet.failover()
    masters.push(await fleet.waitForMaster(undefined, { not: masters.at(-1)! }))
    await eventually(() =>
      expect(watcher.topology!.shards.get('shard-1')!.master).toEqual(masters.at(-1)!.address),
    )
    if (round === 1) await fleet.waitForSync()
  }
  expect(
    events.flatMap(({ name, event }) => (name === 'masterSwitched' ? [event] : [])),
  ).toMatchObject([
    { from: masters[0]!.address, to: masters[1]!.address },
    { from: masters[1]!.address, to: masters[2]!.address },
  ])
  expect(watcher.topology!.shards.get('shard-1')!.configEpoch).toBe(2)
})

test('a failover whose leader dies right after the promotion never moves the master back', async () => {
  await using fleet = await startFleet({ downAfter: 1000 })
  await using watcher = new SentinelWatcher({ sentinels: fleet.sentinels })
  await watcher.start()
  const { snapshots } = record(watcher)
  const old = fleet.master()
  const leader = fleet.sentinel(1)
  await leader.command('SENTINEL', 'SIMULATE-FAILURE', 'crash-after-promotion')
  await leader.command('SENTINEL', 'FAILOVER', 'shard-1')
  await eventually(() => expect(leader.isRunning).toBe(false))
  // The others may elect a leader of their own and promote the same node once more.
  await old.kill()
  const next = await fleet.waitForMaster(undefined, { not: old })
  await eventually(() =>
    expect(watcher.topology!.shards.get('shard-1')!.master).toEqual(next.address),
  )
  const shards = snapshots.map(({ shards }) => shards.get('shard-1')!)
  const epochs = shards.map(({ configEpoch }) => configEpoch)
  expect(epochs).toEqual([...epochs].sort((a, b) => a - b))
  const moves = shards.filter(
    ({ master }, index) => master.port !== (shards[index - 1]?.master ?? old.address).port,
  )
  expect(moves).toHaveLength(1)
})

test('a failover that finds no good replica is told as aborted, and the master stays', async () => {
  await using fleet = await startFleet({
    downAfter: 1000,
    failoverTimeout: 2000,
    dataConfig: ['replica-priority 0'],
  })
  await using watcher = new SentinelWatcher({ sentinels: fleet.sentinels })
  const { shards } = await watcher.start()
  expect(shards.get('shard-1')!.replicas).toMatchObject([{ priority: 0, masterLinkUp: true }])
  const { events } = record(watcher)
  const master = fleet.master()
  await master.kill()
  await eventually(() =>
    expect(events).toContainEqual(
      expect.objectContaining({
        name: 'failoverAborted',
        event: expect.objectContaining({ shard: 'shard-1', reason: 'no-good-slave' }),
      }),
    ),
  )
  expect(watcher.topology!.shards.get('shard-1')!.master).toEqual(master.address)
  await master.restart()
  await eventually(() => {
    const changes = events.flatMap(({ name, event }) => (name === 'masterDown' ? [event] : []))
    expect(changes.at(-1)).toMatchObject({ isDown: false })
  })
})
