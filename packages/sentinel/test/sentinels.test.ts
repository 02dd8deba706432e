import { createServer } from 'node:net'
import { startFleet } from '@disredis/fleet'
import { describe, expect, test } from 'vitest'
import { SentinelWatcher } from '../src/index.js'
import { eventually, record } from './support/recorder.js'

const isConnected = (watcher: SentinelWatcher) =>
  watcher.topology!.sentinels.map((sentinel) => sentinel.isConnected)

describe('start', () => {
  test('is not held up by a hung Sentinel', async () => {
    await using fleet = await startFleet({ replicas: 0, downAfter: 5000 })
    await fleet.sentinel(1).pause()
    await using watcher = new SentinelWatcher({
      sentinels: fleet.sentinels,
      // So long that only the grace for late answers can have ended the wait.
      connectTimeout: 60_000,
      startTimeout: 60_000,
    })
    const { shards } = await watcher.start()
    expect(shards.get('shard-1')!.master).toEqual(fleet.master().address)
    await fleet.sentinel(1).resume()
    await eventually(() => expect(isConnected(watcher)).toEqual([true, true, true]))
  })

  test('is not held up by Sentinels that are down', async () => {
    await using fleet = await startFleet({ replicas: 0, downAfter: 5000 })
    await fleet.sentinel(1).kill()
    await fleet.sentinel(3).kill()
    await using watcher = new SentinelWatcher({ sentinels: fleet.sentinels })
    const { shards } = await watcher.start()
    expect(shards.get('shard-1')!.master).toEqual(fleet.master().address)
  })

  test('with every Sentinel out of reach names each with its cause, by the limit', async () => {
    await using fleet = await startFleet({ replicas: 0, downAfter: 5000 })
    for (const number of [1, 2]) await fleet.sentinel(number).kill()
    await fleet.sentinel(3).pause()
    const sentinels = [...fleet.sentinels, 'no-such-host.invalid:26379']
    await using watcher = new SentinelWatcher({
      sentinels,
      connectTimeout: 300,
      startTimeout: 1500,
      lookup: (_, __, callback) =>
        callback(Object.assign(new Error('getaddrinfo ENOTFOUND'), { code: 'ENOTFOUND' }), []),
    })
    const error = await watcher.start().catch((reason) => reason)
    expect(error).toMatchObject({ code: 'DISREDIS_SENTINELS_UNREACHABLE', retryable: true })
    expect(error.errors.map(({ message }: Error) => message)).toEqual([
      `${sentinels[0]}: refuses connections (ECONNREFUSED)`,
      `${sentinels[1]}: refuses connections (ECONNREFUSED)`,
      `${sentinels[2]}: did not finish connecting within 300 ms: waiting for an answer to HELLO and SUBSCRIBE`,
      `${sentinels[3]}: has a host name that does not exist (ENOTFOUND)`,
    ])
    // It recovers when asked again.
    await fleet.sentinel(3).resume()
    await fleet.sentinel(1).restart()
    const { shards } = await watcher.start()
    expect(shards.get('shard-1')!.master).toEqual(fleet.master().address)
  })

  test('with an unknown master lists the known ones', async () => {
    await using fleet = await startFleet({ masters: ['b', 'a'], replicas: 0, downAfter: 5000 })
    await using watcher = new SentinelWatcher({ sentinels: fleet.sentinels, masters: ['a', 'x'] })
    await expect(watcher.start()).rejects.toMatchObject({
      code: 'DISREDIS_UNKNOWN_MASTER',
      message: 'No Sentinel watches "x". Known masters: "a", "b".',
      unknown: ['x'],
      known: ['a', 'b'],
    })
  })

  test('where the Sentinels disagree shows who says what', async () => {
    await using fleet = await startFleet({ masters: 2, replicas: 0, sentinels: 2, downAfter: 5000 })
    await fleet.sentinel(2).command('SENTINEL', 'REMOVE', 'shard-2')
    await using watcher = new SentinelWatcher({ sentinels: fleet.sentinels })
    const error = await watcher.start().catch((reason) => reason)
    expect(error.code).toBe('DISREDIS_MASTERS_DISAGREE')
    expect(error.reports).toEqual(
      new Map([
        [fleet.sentinels[0], ['shard-1', 'shard-2']],
        [fleet.sentinels[1], ['shard-1']],
      ]),
    )
    // Named masters need no majority.
    await using named = new SentinelWatcher({ sentinels: fleet.sentinels, masters: ['shard-2'] })
    expect([...(await named.start()).shards.keys()]).toEqual(['shard-2'])
  })
})

test('a Sentinel that hangs is dropped by the poll, and taken back when it goes on', async () => {
  await using fleet = await startFleet({ replicas: 0, downAfter: 5000 })
  await using watcher = new SentinelWatcher({ sentinels: fleet.sentinels })
  await watcher.start()
  const { events } = record(watcher)
  const { address } = fleet.sentinel(2)
  const isListed = () =>
    watcher.topology!.sentinels.find((sentinel) => sentinel.address.port === address.port)!
  await fleet.sentinel(2).pause()
  await eventually(() => expect(isListed().isConnected).toBe(false))
  expect(events).toContainEqual(
    expect.objectContaining({
      name: 'sentinelError',
      sentinel: address,
      error: expect.objectContaining({ code: 'DISREDIS_SENTINEL_TIMEOUT' }),
    }),
  )
  await fleet.sentinel(2).resume()
  await eventually(() => expect(isConnected(watcher)).toEqual([true, true, true]))
})

test('without any Sentinel the topology stands, and they are found again', async () => {
  await using fleet = await startFleet({ replicas: 0, downAfter: 5000 })
  await using watcher = new SentinelWatcher({ sentinels: fleet.sentinels })
  const before = await watcher.start()
  const all = [1, 2, 3].map((number) => fleet.sentinel(number))
  await Promise.all(all.map((sentinel) => sentinel.kill()))
  await eventually(() => expect(isConnected(watcher)).toEqual([false, false, false]))
  expect(watcher.topology!.shards.get('shard-1')).toBe(before.shards.get('shard-1'))
  await Promise.all(all.map((sentinel) => sentinel.restart()))
  await eventually(() => expect(isConnected(watcher)).toEqual([true, true, true]))
})

test('a Sentinel that missed a failover is not believed, not even as the only one left', async () => {
  await using fleet = await startFleet({ downAfter: 1000, quorum: 2 })
  await using watcher = new SentinelWatcher({ sentinels: fleet.sentinels })
  await watcher.start()
  const old = fleet.master()
  const stale = fleet.sentinel(3)
  await stale.kill()
  await old.kill()
  const next = await fleet.waitForMaster(undefined, { not: old })
  const master = () => watcher.topology!.shards.get('shard-1')!.master
  await eventually(() => expect(master()).toEqual(next.address))
  // Nobody is left that could tell it.
  for (const number of [1, 2]) await fleet.sentinel(number).kill()
  await next.pause()
  await eventually(() => expect(isConnected(watcher)).toEqual([false, false, false]))
  const { snapshots } = record(watcher)
  await stale.restart()
  await eventually(() => expect(isConnected(watcher).filter(Boolean)).toHaveLength(1))
  const said = await stale.command('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', 'shard-1')
  expect(said).toEqual([old.address.host, String(old.address.port)])
  for (const { shards } of snapshots) expect(shards.get('shard-1')!.master).toEqual(next.address)
  expect(master()).toEqual(next.address)
})

test('a master that every Sentinel removed and monitors anew is followed in its new epochs', async () => {
  await using fleet = await startFleet({ downAfter: 2000 })
  const first = fleet.master()
  await fleet.failover()
  const next = await fleet.waitForMaster(undefined, { not: first })
  await using watcher = new SentinelWatcher({ sentinels: fleet.sentinels })
  await watcher.start()
  const shard = () => watcher.topology!.shards.get('shard-1')!
  expect(shard()).toMatchObject({ master: next.address, configEpoch: 1 })
  const { events } = record(watcher)

  const all = [1, 2, 3].map((number) => fleet.sentinel(number))
  for (const sentinel of all) await sentinel.command('SENTINEL', 'REMOVE', 'shard-1')
  await eventually(() => expect(events).toMatchObject([{ name: 'masterRemoved' }]))
  expect(shard()).toMatchObject({ master: next.address, configEpoch: 1 })
  const { host, port } = next.address
  for (const sentinel of all) {
    await sentinel.command('SENTINEL', 'MONITOR', 'shard-1', host, port, 2)
  }
  await eventually(() => expect(shard().configEpoch).toBe(0))
  expect(shard().master).toEqual(next.address)
  expect(events.map(({ name }) => name)).toEqual(['masterRemoved', 'masterAdded'])
})

test('a master that is added or removed is told, and the pinned set stays', async () => {
  await using fleet = await startFleet({ masters: 2, replicas: 0, downAfter: 5000 })
  await using watcher = new SentinelWatcher({ sentinels: fleet.sentinels })
  await watcher.start()
  const { events } = record(watcher)
  await fleet.addMaster('shard-3')
  await fleet.removeMaster('shard-2')
  await eventually(() =>
    expect(events.filter(({ name }) => name.startsWith('master'))).toMatchObject([
      { name: 'masterAdded', shard: 'shard-3' },
      { name: 'masterRemoved', shard: 'shard-2' },
    ]),
  )
  expect([...watcher.topology!.shards.keys()]).toEqual(['shard-1', 'shard-2'])
})

test('natMap is applied to masters, replicas and Sentinels', async () => {
  await using fleet = await startFleet({ downAfter: 5000 })
  const nodes = [fleet.master(), fleet.replicas()[0]!, fleet.sentinel(2), fleet.sentinel(3)]
  const key = ({ address }: (typeof nodes)[number]) => `${address.host}:${address.port}`
  await using watcher = new SentinelWatcher({
    sentinels: fleet.sentinels[0]!,
    natMap: Object.fromEntries(
      nodes.map((node) => [key(node), { host: 'localhost', port: node.address.port }]),
    ),
  })
  const { shards, sentinels } = await watcher.start()
  const { master, replicas } = shards.get('shard-1')!
  expect([master.host, replicas[0]!.address.host]).toEqual(['localhost', 'localhost'])
  expect(sentinels.map(({ address }) => address.host).sort()).toEqual([
    '127.0.0.1',
    'localhost',
    'localhost',
  ])
  await eventually(() => expect(isConnected(watcher)).toEqual([true, true, true]))
})

test('a server that speaks no Redis at all is told apart', async () => {
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy()).resume()
    socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  await using watcher = new SentinelWatcher({ sentinels: `127.0.0.1:${port}`, startTimeout: 500 })
  const error = await watcher.start().catch((reason) => reason)
  expect(error.errors[0]).toMatchObject({ code: 'DISREDIS_SENTINEL_REPLY' })
  expect(error.errors[0].message).toContain('does not speak RESP')
  server.close()
})
