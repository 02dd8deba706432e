import { availableParallelism, constants, setPriority } from 'node:os'
import { Worker } from 'node:worker_threads'
import { expect, test } from 'vitest'
import { startFleet } from '../src/index.js'
import { isAlive } from './process-state.js'

/** Sentinel's periods shortened: the same failovers, with less waiting between the steps. */
const quick = {
  downAfter: 1000,
  sentinelTimers: { 'info-period': 200, 'publish-period': 200 },
} as const

test('a killed master is replaced, and comes back as a replica with its port and folder', async () => {
  await using fleet = await startFleet({ masters: 2, ...quick })
  const old = fleet.master('shard-1')
  const other = fleet.master('shard-2')
  const { pid, address, folder } = old
  await old.command('SET', 'k', 'v')
  await expect.poll(() => fleet.replicas('shard-1')[0]?.command('GET', 'k')).toBe('v')

  await old.kill()
  expect(old.isRunning).toBe(false)
  expect(isAlive(pid)).toBe(false)
  const promoted = await fleet.waitForMaster('shard-1', { not: old })
  expect(promoted.name).toBe('shard-1/2')
  expect(fleet.master('shard-1')).toBe(promoted)
  expect(fleet.replicas('shard-1')).toEqual([old])
  expect(await promoted.command('GET', 'k')).toBe('v')

  await old.restart()
  expect(old.isRunning).toBe(true)
  expect(old.pid).not.toBe(pid)
  expect([old.address, old.folder]).toEqual([address, folder])
  await fleet.waitForSync('shard-1')
  expect(await old.command('GET', 'k')).toBe('v')
  expect(fleet.master('shard-2')).toBe(other)
  expect(old.logs().match(/Ready to accept connections/g)).toHaveLength(2)
})

test('a paused master is replaced, with a hanging Sentinel too; resumed, it becomes a replica', async () => {
  await using fleet = await startFleet(quick)
  const old = fleet.master()
  await old.pause()
  await fleet.sentinel(1).pause()
  expect([old.isRunning, old.isPaused]).toEqual([true, true])
  const promoted = await fleet.waitForMaster(undefined, { not: old })
  expect(isAlive(old.pid)).toBe(true)
  expect(fleet.master()).toBe(promoted)
  await Promise.all([old.resume(), fleet.sentinel(1).resume()])
  expect(old.isPaused).toBe(false)
  await fleet.waitForSync()
  const role = (await old.command('ROLE')) as unknown[]
  expect(role.slice(0, 3)).toEqual(['slave', '127.0.0.1', promoted.address.port])
})

test('a planned failover moves the master, there and back', async () => {
  await using fleet = await startFleet({ masters: ['a', 'b'], ...quick })
  const [first, second] = [fleet.master('b'), fleet.replicas('b')[0]]
  await fleet.failover('b')
  expect(await fleet.waitForMaster('b', { not: first })).toBe(second)
  await fleet.waitForSync('b')
  await fleet.failover('b')
  expect(await fleet.waitForMaster('b', { not: second as never })).toBe(first)
  expect(fleet.master('a').name).toBe('a/1')
})

test('a Sentinel that was restarted knows masters, replicas and its peers', async () => {
  await using fleet = await startFleet({ masters: 2, ...quick })
  const sentinel = fleet.sentinel(2)
  const id = await sentinel.command('SENTINEL', 'MYID')
  await sentinel.stop()
  expect(sentinel.isRunning).toBe(false)
  await fleet.waitForSync()
  await sentinel.restart()
  await fleet.waitForSync()
  expect(await sentinel.command('SENTINEL', 'MYID')).toBe(id)
  expect(await sentinel.command('SENTINEL', 'CKQUORUM', 'shard-2')).toMatch(/^OK 3 usable/)
  // A restart of what runs is a kill and a start; the shortened periods are set anew.
  await sentinel.restart()
  expect(await sentinel.command('SENTINEL', 'DEBUG')).toEqual(
    expect.arrayContaining(['PUBLISH-PERIOD', '200']),
  )
})

test('a stopped replica shuts down in order and returns in sync', async () => {
  await using fleet = await startFleet({ replicas: 2, dataConfig: ['appendonly yes'], ...quick })
  const [replica] = fleet.replicas()
  await replica?.pause()
  await replica?.stop()
  expect(replica?.logs()).toContain('bye bye')
  await fleet.waitForSync()
  await replica?.restart()
  await fleet.waitForSync()
})

test('a pause that is taken back before the process has stopped ends, too', async () => {
  await using fleet = await startFleet({ replicas: 0, ...quick })
  const node = fleet.master()
  // Who has to wait for a core stops late.
  const busy = availableParallelism() + 1
  const others = Array.from({ length: busy }, () => new Worker('for (;;);', { eval: true }))
  try {
    // The restart cuts it off.
    const running = node.command('EVAL', 'for i = 1, 1e9 do end', '0').catch(() => undefined)
    setPriority(node.pid, constants.priority.PRIORITY_LOW)
    for (let i = 0; i < 100; i++) {
      const pausing = node.pause()
      await node.resume()
      await pausing
    }
    await node.restart()
    await running
  } finally {
    await Promise.all(others.map((other) => other.terminate()))
  }
  expect(await node.command('PING')).toBe('PONG')
})

test('what cannot be done to a node in its state is refused', async () => {
  await using fleet = await startFleet({ replicas: 0, timeout: 20_000 })
  const node = fleet.sentinel(1)
  await node.kill()
  await node.kill()
  await node.stop()
  for (const call of [() => node.pause(), () => node.resume()]) {
    await expect(call()).rejects.toMatchObject({
      code: 'DISREDIS_FLEET_NODE_STATE',
      node: 'sentinel-1',
      message: expect.stringContaining('signal SIGKILL'),
    })
  }
  await expect(node.command('PING')).rejects.toMatchObject({ code: 'DISREDIS_FLEET_COMMAND' })
  await expect(fleet.failover()).rejects.toMatchObject({
    code: 'DISREDIS_FLEET_COMMAND',
    message: expect.stringContaining('NOGOODSLAVE'),
  })
  await expect(
    fleet.waitForMaster('shard-1', { not: fleet.master(), timeout: 1 }),
  ).rejects.toMatchObject({
    code: 'DISREDIS_FLEET_TIMEOUT',
    message: expect.stringMatching(/shard-1\/1 \(127\.0\.0\.1:\d+\) is still master of shard-1/),
  })
})

test('a planned failover right after the start loses nothing, also with diskless replication', async () => {
  await using fleet = await startFleet({
    masters: 4,
    dataConfig: ['repl-diskless-sync yes', 'repl-diskless-sync-delay 0'],
    ...quick,
  })
  await Promise.all(
    fleet.masters.map(async (name) => {
      const master = fleet.master(name)
      await master.command('SET', 'k', name)
      await fleet.failover(name)
      const promoted = await fleet.waitForMaster(name, { not: master })
      expect(await promoted.command('GET', 'k')).toBe(name)
    }),
  )
})
