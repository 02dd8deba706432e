import { expect, test } from 'vitest'
import { type FleetNode, startFleet } from '../src/index.js'
import { isAlive } from './process-state.js'

const quick = { sentinelTimers: { 'info-period': 200, 'publish-period': 200 } }

test('an added master is watched, replicated and can fail over; a removed one is gone', async () => {
  await using fleet = await startFleet({ masters: ['a'], ...quick })
  const added = await fleet.addMaster('b', { replicas: 2, dataConfig: ['maxmemory 10mb'] })
  expect(fleet.masters).toEqual(['a', 'b'])
  expect(fleet.master('b')).toBe(added)
  expect(fleet.replicas('b').map(({ name }) => name)).toEqual(['b/2', 'b/3'])
  expect(await added.command('CONFIG', 'GET', 'maxmemory')).toEqual(['maxmemory', '10485760'])
  for (const number of [1, 2, 3]) {
    expect(await watched(fleet.sentinel(number))).toEqual(['a', 'b'])
  }
  await fleet.failover('b')
  await fleet.waitForMaster('b', { not: added })
  await fleet.waitForSync()

  const gone = [fleet.master('b'), ...fleet.replicas('b')]
  await fleet.removeMaster('b')
  expect(fleet.masters).toEqual(['a'])
  expect(gone.filter(({ pid }) => isAlive(pid))).toEqual([])
  expect(() => fleet.master('b')).toThrow(
    expect.objectContaining({
      code: 'DISREDIS_FLEET_UNKNOWN_NAME',
      message: 'No master b. There are: a',
    }),
  )
  for (const number of [1, 2, 3]) expect(await watched(fleet.sentinel(number))).toEqual(['a'])

  // The name can be used again, with nothing left of the first.
  const again = await fleet.addMaster('b')
  expect(fleet.replicas('b')).toHaveLength(1)
  expect(again.logs()).not.toContain('REPLICAOF')
})

test('Sentinels that are down, or have removed it already, do not hinder adding and removing', async () => {
  await using fleet = await startFleet({ sentinels: 5, quorum: 2 })
  await fleet.sentinel(1).kill()
  await fleet.sentinel(2).pause()
  await fleet.addMaster('extra', { replicas: 0 })
  expect(await watched(fleet.sentinel(3))).toEqual(['extra', 'shard-1'])
  await fleet.sentinel(3).command('SENTINEL', 'REMOVE', 'extra')
  await fleet.removeMaster('extra')
  expect(await watched(fleet.sentinel(4))).toEqual(['shard-1'])
})

test('names that exist or that Sentinel would refuse are errors', async () => {
  await using fleet = await startFleet({ masters: 2, replicas: 0, sentinels: 1 })
  for (const name of ['shard-2', 'a b', '']) {
    await expect(fleet.addMaster(name)).rejects.toMatchObject({ code: 'DISREDIS_FLEET_OPTION' })
  }
  const twice = await Promise.allSettled([fleet.addMaster('x'), fleet.addMaster('x')])
  expect(twice.map(({ status }) => status)).toEqual(['fulfilled', 'rejected'])
  expect(() => fleet.master()).toThrow('Which master? There are: shard-1, shard-2, x')
  expect(() => fleet.sentinel(2)).toThrow('No Sentinel number 2; there are 1 to 1')
})

test('an added master that cannot start leaves the fleet as it was', async () => {
  await using fleet = await startFleet({ masters: 1, replicas: 0, sentinels: 1 })
  await expect(fleet.addMaster('x', { dataConfig: ['maxmemory lots'] })).rejects.toMatchObject({
    code: 'DISREDIS_FLEET_NODE_EXITED',
    log: expect.stringContaining('maxmemory lots'),
  })
  expect(fleet.masters).toEqual(['shard-1'])
  expect(await watched(fleet.sentinel(1))).toEqual(['shard-1'])
  await fleet.addMaster('x')
  expect(fleet.masters).toEqual(['shard-1', 'x'])
})

async function watched(sentinel: FleetNode): Promise<string[]> {
  const masters = (await sentinel.command('SENTINEL', 'MASTERS')) as string[][]
  return masters.map((fields) => String(fields[fields.indexOf('name') + 1])).sort()
}
