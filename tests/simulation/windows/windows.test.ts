import { expect, test } from 'vitest'
import { Stage } from './stage.js'

const [M, R, R2] = ['127.1.1.1', '127.1.1.2', '127.1.1.3']
const twoReplicas = { shards: [{ name: 'shard-1', replicas: 2 }] }

test('1: a planned failover loses nothing, although the old master acknowledges for ten seconds more', async () => {
  await using stage = await Stage.begin()
  stage.keepWriting()
  await stage.run(500)
  stage.plannedFailover()
  await stage.run(15_000)
  expect(stage.master()).toBe(R)
  expect(stage.world.nodes[0]!.role).toBe('slave')
  stage.stopWriting()
  await stage.run(3000)
  expect(stage.lost()).toEqual([])
  expect(stage.violations()).toEqual([])
})

test('2: a crash loses what was in the socket to the replica, and nothing more', async () => {
  await using stage = await Stage.begin({ latency: 3 })
  stage.keepWriting(1)
  await stage.run(500)
  const killedAt = stage.now
  stage.world.nodes[0]!.crash()
  await stage.run(6000)
  stage.stopWriting()
  await stage.run(3000)
  const lost = stage.lost()
  expect(lost.every(({ settledAt }) => settledAt > killedAt - 20)).toBe(true)
  expect(stage.violations()).toEqual([])
  expect(stage.master()).toBe(R)
})

test('3: a master that comes back from a freeze gets no write of a client that has found the new one', async () => {
  await using stage = await Stage.begin()
  stage.keepWriting()
  await stage.run(500)
  const { host } = stage.world.nodes[0]!.surroundings
  host.freeze()
  await stage.until('+switch-master')
  await stage.run(1000)
  const adoptedAt = stage.client.adopted.get('shard-1')!.at
  host.thaw()
  await stage.run(12_000)
  stage.stopWriting()
  await stage.run(3000)
  expect(stage.lost().filter(({ issuedAt }) => issuedAt > adoptedAt)).toEqual([])
  expect(stage.violations()).toEqual([])
})

test('4: cut off together with the old master, writes are lost until the cut heals, and then never again', async () => {
  await using stage = await Stage.begin()
  const { network, nodes, sentinels } = stage.world
  const inside = [nodes[0]!.surroundings.host, stage.client.process.host]
  const outside = [nodes[1]!.surroundings.host, ...sentinels.map((it) => it.surroundings.host)]
  stage.keepWriting()
  const all = inside.flatMap((a) => outside.map((b) => [a, b] as const))
  for (const [a, b] of all) {
    network.cut(a, b)
    network.cut(b, a)
  }
  await stage.run(8000)
  for (const [a, b] of all) {
    network.heal(a, b)
    network.heal(b, a)
  }
  await stage.run(20_000)
  expect(stage.master()).toBe(R)
  const movedAt = stage.client.adopted.get('shard-1')!.at
  stage.stopWriting()
  await stage.run(3000)
  const lost = stage.lost()
  expect(lost.length).toBeGreaterThan(0)
  expect(lost.every(({ issuedAt }) => issuedAt <= movedAt)).toBe(true)
  expect(stage.violations()).toEqual([])
})

test('5: a crashed master that comes back as a master is not believed', async () => {
  await using stage = await Stage.begin()
  stage.keepWriting()
  stage.world.nodes[0]!.crash()
  await stage.until('+switch-master')
  await stage.run(3000)
  stage.world.nodes[0]!.start()
  const startedAt = stage.now
  await stage.run(12_000)
  stage.stopWriting()
  await stage.run(3000)
  expect(stage.master()).toBe(R)
  expect(stage.lost().filter(({ issuedAt }) => issuedAt > startedAt)).toEqual([])
  expect(stage.violations()).toEqual([])
})

test('6: a master that restarts empty before anybody notices is served as it is', async () => {
  await using stage = await Stage.begin({ node: { persistence: 'nothing' } })
  stage.keepWriting()
  await stage.run(300)
  stage.world.nodes[0]!.crash()
  await stage.run(300)
  stage.world.nodes[0]!.start()
  await stage.run(8000)
  stage.stopWriting()
  await stage.run(3000)
  expect(stage.events.some(({ text }) => text.startsWith('+switch-master'))).toBe(false)
  expect(stage.lost().length).toBeGreaterThan(0)
  expect(stage.violations()).toEqual([])
})

test('7: a replica in its first synchronization may be promoted without data', async () => {
  await using stage = await Stage.begin({ node: { persistence: 'nothing', syncTime: 4000 } })
  const [master, replica] = stage.world.nodes
  stage.write()
  replica!.crash()
  await stage.run(200)
  replica!.start()
  await stage.run(500)
  master!.crash()
  await stage.run(15_000)
  expect(replica!.role).toBe('master')
  await stage.recovers()
  expect(stage.master()).toBe(R)
  expect(stage.violations()).toEqual([])
})

test('8: a promotion that its Sentinel never announced is not trusted while the old master lives', async () => {
  await using stage = await Stage.begin()
  stage.keepWriting()
  await stage.run(300)
  stage.plannedFailover()
  await stage.until('+failover-state-wait-promotion')
  await stage.run(20)
  stage.world.sentinels[0]!.crash()
  expect(stage.world.nodes[1]!.role).toBe('master')
  await stage.run(30_000)
  expect(stage.world.nodes[1]!.role).toBe('slave')
  expect(stage.master()).toBe(M)
  stage.stopWriting()
  await stage.run(3000)
  expect(stage.lost()).toEqual([])
  expect(stage.violations()).toEqual([])
})

test('9: a Sentinel that comes back with an epoch of its own moves all to a replica, and the client recovers', async () => {
  await using stage = await Stage.begin({ downAfter: 2000 })
  stage.plannedFailover()
  await stage.until('+promoted-slave')
  stage.world.sentinels[0]!.crash()
  await stage.run(25_000)
  expect(stage.world.nodes[1]!.role).toBe('slave')
  stage.world.sentinels[0]!.start()
  await stage.run(40_000)
  await stage.recovers()
  expect(stage.violations()).toEqual([])
})

test('10: a hand-over by an operator costs writes their time, not their truth', async () => {
  await using stage = await Stage.begin({ downAfter: 2000 })
  stage.keepWriting(100)
  stage.world.nodes[0]!.failover.begin(undefined, 1000)
  await stage.run(45_000)
  stage.stopWriting()
  await stage.run(3000)
  await stage.recovers()
  expect(stage.violations()).toEqual([])
  expect(stage.lost()).toEqual([])
})

test('11: a coordinated failover loses nothing, nor does one whose Sentinel dies', async () => {
  for (const dies of [false, true]) {
    await using stage = await Stage.begin({ isValkey: true, downAfter: 3000 })
    stage.keepWriting()
    await stage.run(300)
    stage.plannedFailover(0, 'COORDINATED')
    await stage.until('+failover-state-wait-promotion')
    if (dies) stage.world.sentinels[0]!.crash()
    await stage.run(45_000)
    stage.stopWriting()
    await stage.run(3000)
    await stage.recovers()
    expect(stage.lost()).toEqual([])
    expect(stage.violations()).toEqual([])
  }
})

test('12: a promotion that its Sentinel could not see is undone without a loss', async () => {
  await using stage = await Stage.begin()
  const [, replica] = stage.world.nodes
  const [leader] = stage.world.sentinels
  stage.keepWriting()
  stage.plannedFailover()
  await stage.until('+failover-state-wait-promotion')
  await stage.run(5)
  stage.world.network.cut(leader!.surroundings.host, replica!.surroundings.host)
  stage.world.network.cut(replica!.surroundings.host, leader!.surroundings.host)
  await stage.run(35_000)
  stage.stopWriting()
  await stage.run(3000)
  await stage.recovers()
  expect(stage.lost()).toEqual([])
  expect(stage.violations()).toEqual([])
})

test('13: WAIT binds no election: a replica without the write may be promoted', async () => {
  const shards = [{ name: 'shard-1', replicas: 2, priorities: [100, 1, 100] }]
  await using stage = await Stage.begin({ shards })
  const { network, nodes } = stage.world
  network.slowDown(nodes[1]!.surroundings.host, 300)
  await stage.run(1000)
  const operation = stage.write()
  await stage.run(50)
  expect(operation.outcome).toBe('acknowledged')
  nodes[0]!.crash()
  network.slowDown(nodes[1]!.surroundings.host, 0)
  await stage.run(10_000)
  expect(stage.master()).toBe(R)
  await stage.recovers()
  expect(stage.violations()).toEqual([])
})

test('14: a leader that stalls in the middle gives up; nothing is lost meanwhile', async () => {
  await using stage = await Stage.begin({ failoverTimeout: 10_000 })
  stage.keepWriting()
  stage.plannedFailover()
  await stage.until('+failover-state-wait-promotion')
  await stage.run(20)
  const { host } = stage.world.sentinels[0]!.surroundings
  host.freeze()
  await stage.run(2600)
  host.thaw()
  await stage.run(45_000)
  stage.stopWriting()
  await stage.run(3000)
  await stage.recovers()
  expect(stage.events.some(({ text }) => text.startsWith('+tilt'))).toBe(true)
  expect(stage.lost()).toEqual([])
  expect(stage.violations()).toEqual([])
})

test('15: a promoted node that dies at once is followed back to the old master', async () => {
  await using stage = await Stage.begin()
  stage.keepWriting()
  stage.plannedFailover()
  await stage.until('+switch-master')
  await stage.run(10)
  stage.world.nodes[1]!.crash()
  await stage.run(15_000)
  stage.stopWriting()
  await stage.run(3000)
  expect(stage.master()).toBe(M)
  await stage.recovers()
  expect(stage.violations()).toEqual([])
})

test('16: one Sentinel that is cut off from the others does not keep the client at the old master', async () => {
  await using stage = await Stage.begin()
  const [, , cut] = stage.world.sentinels
  for (const host of stage.world.network.hosts) {
    if (host === cut!.surroundings.host || host === stage.client.process.host) continue
    stage.world.network.cut(host, cut!.surroundings.host)
    stage.world.network.cut(cut!.surroundings.host, host)
  }
  stage.keepWriting()
  stage.plannedFailover()
  await stage.run(20_000)
  expect(cut!.masters.get('shard-1')!.address.host).toBe(M)
  expect(stage.master()).toBe(R)
  stage.stopWriting()
  await stage.run(3000)
  expect(stage.lost()).toEqual([])
  expect(stage.violations()).toEqual([])
})

test('17: a replica that nobody moves stays at the old master; writes are not concerned', async () => {
  await using stage = await Stage.begin({ ...twoReplicas, failoverTimeout: 20_000 })
  stage.keepWriting()
  stage.plannedFailover()
  await stage.until('+failover-state-reconf-slaves')
  stage.world.sentinels[0]!.crash()
  await stage.run(8000)
  stage.stopWriting()
  await stage.run(3000)
  expect([R, R2, M]).toContain(stage.master())
  await stage.recovers()
  expect(stage.violations()).toEqual([])
})

test('18: four shards that die at once are followed one by one', async () => {
  const names = ['shard-1', 'shard-2', 'shard-3', 'shard-4']
  await using stage = await Stage.begin({ shards: names.map((name) => ({ name, replicas: 1 })) })
  for (const name of names) stage.world.firstMaster(name).crash()
  await stage.run(15_000)
  for (const name of names) {
    expect(stage.master(name)).toBe(stage.world.nodesOf(name)[1]!.address.host)
  }
  await stage.recovers()
  expect(stage.violations()).toEqual([])
})

test('19: a master that cannot write to its disk is replaced although it lives, and is left', async () => {
  await using stage = await Stage.begin()
  stage.keepWriting()
  stage.world.nodes[0]!.isDiskFull = true
  await stage.until('+switch-master')
  await stage.run(2000)
  expect(stage.master()).toBe(R)
  stage.stopWriting()
  await stage.run(3000)
  await stage.recovers()
  expect(stage.violations()).toEqual([])
})

test('20: a master that loads its data is waited for, and given nothing until it has', async () => {
  await using stage = await Stage.begin({ node: { loadingTime: 3000 } })
  stage.keepWriting(100)
  stage.world.nodes[0]!.crash()
  await stage.run(200)
  stage.world.nodes[0]!.start()
  await stage.run(12_000)
  stage.stopWriting()
  await stage.run(3000)
  expect(stage.events.some(({ text }) => text.startsWith('+switch-master'))).toBe(false)
  expect(stage.master()).toBe(M)
  await stage.recovers()
  expect(stage.violations()).toEqual([])
})

test('21: a Sentinel that was told an old address is outvoted by the epoch', async () => {
  await using stage = await Stage.begin()
  stage.keepWriting()
  stage.plannedFailover()
  await stage.run(15_000)
  const [, , sentinel] = stage.world.sentinels
  const master = sentinel!.masters.get('shard-1')!
  const file = stage.world.freshFile(sentinel!).masters[0]!
  sentinel!.remove(master)
  sentinel!.monitor({ ...file, replicas: [] })
  await stage.run(500)
  expect(stage.master()).toBe(R)
  await stage.run(5000)
  expect(sentinel!.masters.get('shard-1')!.address.host).toBe(R)
  stage.stopWriting()
  await stage.run(3000)
  expect(stage.lost()).toEqual([])
  expect(stage.violations()).toEqual([])
})

test('22: without a replica to promote, calls end at their time, and begin again with the master', async () => {
  const shards = [{ name: 'shard-1', replicas: 1, priorities: [100, 0] }]
  await using stage = await Stage.begin({ shards, failoverTimeout: 3000 })
  stage.keepWriting(100)
  stage.world.nodes[0]!.crash()
  await stage.run(20_000)
  const aborted = stage.events.filter(({ text }) =>
    text.startsWith('-failover-abort-no-good-slave'),
  )
  expect(aborted.length).toBeGreaterThan(1)
  stage.world.nodes[0]!.start()
  await stage.run(3000)
  stage.stopWriting()
  await stage.run(3000)
  await stage.recovers()
  expect(stage.master()).toBe(M)
  expect(stage.violations()).toEqual([])
})

test('23: a failover that is given up after the client had followed it is followed back', async () => {
  await using stage = await Stage.begin({ failoverTimeout: 3000 })
  const [master, replica] = stage.world.nodes
  stage.keepWriting(50)
  await stage.run(200)
  master!.surroundings.host.freeze()
  await stage.until('+failover-state-wait-promotion')
  await stage.run(20)
  const leader = stage.world.sentinels.find(({ masters }) => masters.get('shard-1')!.promoted)!
  stage.world.network.cut(leader.surroundings.host, replica!.surroundings.host)
  stage.world.network.cut(replica!.surroundings.host, leader.surroundings.host)
  await stage.run(500)
  expect(stage.master()).toBe(R)
  master!.surroundings.host.thaw()
  await stage.until('-failover-abort-slave-timeout')
  await stage.run(1000)
  expect(stage.master()).toBe(M)
  const backAt = stage.now
  await stage.run(25_000)
  expect(replica!.role).toBe('slave')
  stage.stopWriting()
  await stage.run(3000)
  expect(stage.lost().filter(({ issuedAt }) => issuedAt > backAt)).toEqual([])
  expect(stage.violations()).toEqual([])
})

test('23: a promotion whose leader dies without a word is left for the named master when it is back', async () => {
  await using stage = await Stage.begin({ failoverTimeout: 60_000 }, { gateTimeout: 3000 })
  const [master, replica] = stage.world.nodes
  stage.keepWriting(50)
  await stage.run(200)
  master!.surroundings.host.freeze()
  await stage.until('+failover-state-wait-promotion')
  await stage.run(300)
  expect(stage.master()).toBe(R)
  stage.world.sentinels.find(({ masters }) => masters.get('shard-1')!.promoted)!.crash()
  master!.surroundings.host.thaw()
  await stage.run(4500)
  expect(replica!.role).toBe('master')
  expect(stage.master()).toBe(M)
  const backAt = stage.now
  await stage.run(30_000)
  expect(replica!.role).toBe('slave')
  stage.stopWriting()
  await stage.run(3000)
  expect(stage.lost().filter(({ issuedAt }) => issuedAt > backAt)).toEqual([])
  expect(stage.violations()).toEqual([])
})

test('a transaction of which only WATCH was sent is not said to be of unknown outcome', async () => {
  await using stage = await Stage.begin({}, { commandTimeout: 700 })
  const [master] = stage.world.nodes
  const first = stage.transaction()
  await stage.run(200)
  expect(first.outcome).toBe('acknowledged')
  master!.surroundings.host.freeze()
  const operation = stage.transaction()
  await stage.run(1500)
  expect(operation.outcome).toBe('failed')
  expect(stage.violations()).toEqual([])
  master!.surroundings.host.thaw()
})
