import { existsSync } from 'node:fs'
import { networkInterfaces } from 'node:os'
import { dirname } from 'node:path'
import { expect, test } from 'vitest'
import { startFleet } from '../src/index.js'
import { isAlive } from './process-state.js'

test('a started fleet replicates, and every Sentinel could lead a failover of every master', async () => {
  await using fleet = await startFleet({ masters: 3, replicas: 1, sentinels: 3 })
  expect(fleet.masters).toEqual(['shard-1', 'shard-2', 'shard-3'])
  expect(fleet.nodes().map(({ name }) => name)).toEqual([
    ...['shard-1/1', 'shard-1/2', 'shard-2/1', 'shard-2/2', 'shard-3/1', 'shard-3/2'],
    ...['sentinel-1', 'sentinel-2', 'sentinel-3'],
  ])
  expect(fleet.sentinels).toEqual(
    [1, 2, 3].map((number) => `127.0.0.1:${fleet.sentinel(number).address.port}`),
  )

  // Asked at once and in parallel: nothing may still be on its way.
  const views = fleet.masters.flatMap((name) =>
    [1, 2, 3].map(async (number) => {
      const sentinel = fleet.sentinel(number)
      const [address, quorum, replicas, others] = await Promise.all([
        sentinel.command('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', name),
        sentinel.command('SENTINEL', 'CKQUORUM', name),
        sentinel.command('SENTINEL', 'REPLICAS', name),
        sentinel.command('SENTINEL', 'SENTINELS', name),
      ])
      expect(address).toEqual(['127.0.0.1', `${fleet.master(name).address.port}`])
      expect(quorum).toMatch(/^OK 3 usable Sentinels/)
      expect(flags(replicas)).toEqual(['slave'])
      expect(flags(others)).toEqual(['sentinel', 'sentinel'])
    }),
  )
  await Promise.all(views)

  for (const name of fleet.masters) {
    const [replica] = fleet.replicas(name)
    expect(fleet.master(name).name).toBe(`${name}/1`)
    expect(await fleet.master(name).command('SET', 'k', name)).toBe('OK')
    await expect.poll(() => replica?.command('GET', 'k')).toBe(name)
  }
})

test('counts, names, quorum and timings are as asked', async () => {
  await using fleet = await startFleet({
    masters: ['users', 'orders.eu'],
    replicas: 2,
    sentinels: 2,
    quorum: 1,
    downAfter: 4321,
    failoverTimeout: 54_321,
    dataConfig: ['maxmemory 64mb'],
    sentinelConfig: ['maxclients 321'],
  })
  expect(fleet.masters).toEqual(['users', 'orders.eu'])
  expect(fleet.replicas('orders.eu').map(({ name }) => name)).toEqual([
    'orders.eu/2',
    'orders.eu/3',
  ])
  expect(fleet.sentinels).toHaveLength(2)
  const asked = (await fleet.sentinel(2).command('SENTINEL', 'MASTER', 'users')) as string[]
  const field = (name: string) => asked[asked.indexOf(name) + 1]
  expect(field('quorum')).toBe('1')
  expect(field('down-after-milliseconds')).toBe('4321')
  expect(field('failover-timeout')).toBe('54321')
  expect(field('num-slaves')).toBe('2')
  expect(await fleet.master('users').command('CONFIG', 'GET', 'maxmemory')).toEqual([
    'maxmemory',
    `${64 * 1024 * 1024}`,
  ])
  const clients = await fleet.sentinel(1).command('INFO', 'clients')
  expect(clients).toContain('maxclients:321')
})

test('each role listens on, and dials from, its own addresses', async () => {
  await using fleet = await startFleet({
    masters: 2,
    sentinels: 3,
    bind: {
      masters: ['127.0.0.2', '127.0.0.3'],
      replicas: '127.0.0.4',
      sentinels: ['127.0.0.5', '127.0.0.6'],
    },
  })
  const hosts = fleet.nodes().map(({ address }) => address.host)
  const [a, b, c, d, e] = ['127.0.0.2', '127.0.0.3', '127.0.0.4', '127.0.0.5', '127.0.0.6']
  expect(hosts).toEqual([a, c, b, c, d, e, d])
  const clients = String(await fleet.master('shard-1').command('CLIENT', 'LIST'))
  const sources = [...clients.matchAll(/ addr=([\d.]+):\d+ .* flags=([SP]) /g)]
  expect(new Set(sources.map(([, host]) => host))).toEqual(new Set([c, d, e]))
})

const hasIpv6 = Object.values(networkInterfaces()).some((addresses) =>
  addresses?.some(({ address }) => address === '::1'),
)

test.runIf(hasIpv6)('IPv6 addresses do as well', async () => {
  await using fleet = await startFleet({
    bind: { masters: '::1', replicas: '::1', sentinels: '::1' },
    tls: true,
  })
  const master = fleet.master()
  expect(fleet.sentinels[0]).toMatch(/^\[::1\]:\d+$/)
  await fleet.failover()
  expect(await fleet.waitForMaster('shard-1', { not: master })).toBe(fleet.master())
})

test("ten masters start, and several fleets at once do not get in each other's way", async () => {
  const fleets = await Promise.all([
    startFleet({ masters: 10, replicas: 1 }),
    ...Array.from({ length: 4 }, () => startFleet({ masters: 1 })),
  ])
  try {
    const addresses = fleets.flatMap((fleet) => fleet.nodes().map(String))
    expect(addresses).toHaveLength(23 + 4 * 5)
    const ports = fleets.flatMap((fleet) => fleet.nodes().map(({ address }) => address.port))
    expect(new Set(ports).size).toBe(ports.length)
    expect(fleets[0]?.masters).toHaveLength(10)
    for (const name of fleets[0]?.masters ?? []) {
      expect(fleets[0]?.master(name).name).toBe(`${name}/1`)
    }
  } finally {
    await Promise.all(fleets.map((fleet) => fleet.close()))
  }
})

test('close ends every process, paused ones too, and leaves no file; logs stay readable', async () => {
  const fleet = await startFleet()
  const nodes = fleet.nodes()
  const folder = dirname(fleet.sentinel(1).folder)
  expect(existsSync(folder)).toBe(true)
  await fleet.master().pause()
  await fleet.sentinel(2).pause()
  await fleet.sentinel(3).kill()

  await Promise.all([fleet.close(), fleet.close()])
  await fleet.close()
  expect(nodes.filter(({ pid }) => isAlive(pid))).toEqual([])
  expect(nodes.filter(({ isRunning }) => isRunning)).toEqual([])
  expect(existsSync(folder)).toBe(false)
  expect(fleet.sentinel(1).logs()).toContain('+monitor master shard-1')
  await expect(fleet.sentinel(1).restart()).rejects.toMatchObject({ code: 'DISREDIS_FLEET_CLOSED' })
  await expect(fleet.addMaster('late')).rejects.toMatchObject({ code: 'DISREDIS_FLEET_CLOSED' })
  await expect(fleet.waitForMaster()).rejects.toMatchObject({ code: 'DISREDIS_FLEET_CLOSED' })
})

test('a fleet holds no connection open to its nodes', async () => {
  await using fleet = await startFleet()
  for (const node of fleet.nodes()) {
    await expect
      .poll(async () => {
        const clients = String(await node.command('CLIENT', 'LIST'))
          .trim()
          .split('\n')
        // Left over: Sentinels (named), replication (flag S, M) and the one that asks.
        return clients.filter((line) => !/ name=sentinel-| flags=[SM] | cmd=client/.test(line))
      })
      .toEqual([])
  }
})

function flags(reply: unknown): (string | undefined)[] {
  const entries = reply as string[][]
  return entries.map((fields) => fields[fields.indexOf('flags') + 1])
}
