import { describe, expect, test } from 'vitest'
import { settle } from '../../test/support/manual-runtime.js'
import {
  a,
  b,
  c,
  create,
  everywhere,
  listen,
  masterOf,
  network,
  publishSwitch,
  runtime,
  says,
  sentinels,
  useScriptedSentinels,
  watcher,
} from '../../test/support/scripted-deployment.js'
import type { ScriptedSentinel } from '../../test/support/scripted-sentinel.js'
import type { Topology } from '../belief/topology.js'

useScriptedSentinels()

describe('a failover', () => {
  test('is followed with the first +switch-master of any Sentinel, in the same tick', async () => {
    await create().start()
    const told = listen()
    let changed: Topology | undefined
    watcher.on('topologyChanged', ({ current }) => {
      changed = current
    })
    publishSwitch(sentinels[2], 'a', 'b')
    expect(masterOf(changed)).toEqual(['b', 5])
    expect(told).toEqual([
      ['masterSwitched', { shard: 'shard-1', from: a, to: b, sentinel: sentinels[2].address }],
    ])
  })

  test('is told once, however many Sentinels publish it and however late', async () => {
    await create().start()
    const told = listen()
    const snapshots: Topology[] = []
    watcher.on('topologyChanged', ({ current }) => snapshots.push(current))
    says(b, 5, sentinels[2])
    publishSwitch(sentinels[2], 'a', 'b')
    await settle()
    everywhere(b, 5)
    publishSwitch(sentinels[1], 'a', 'b')
    await runtime.advance(20_000)
    publishSwitch(sentinels[0], 'a', 'b')
    await settle()
    expect(told).toHaveLength(1)
    // The second has the replicas as the new master's Sentinels list them.
    expect(snapshots.map(masterOf)).toEqual([
      ['b', 5],
      ['b', 5],
    ])
  })

  test('is not reverted by polls of Sentinels that have not seen it', async () => {
    await create().start()
    says(b, 5, sentinels[2])
    publishSwitch(sentinels[2], 'a', 'b')
    await runtime.advance(5000)
    expect(masterOf()).toEqual(['b', 5])
  })

  test('is not reverted by an answer that was under way when it was published', async () => {
    await create().start()
    const [, , third] = sentinels
    network.silent.add(third)
    watcher.requestRefresh()
    await settle()
    // The answer is half of before the switch and half of after it: the old epoch, the new address.
    const old = third.answer(['SENTINEL', 'MASTERS'])
    third.override = ([, subcommand]) => {
      if (subcommand !== 'MASTERS') return undefined
      third.override = () => undefined
      return old
    }
    says(b, 5, third)
    network.silent.delete(third)
    publishSwitch(third, 'a', 'b')
    const snapshots: unknown[] = []
    watcher.on('topologyChanged', ({ current }) => snapshots.push(masterOf(current)))
    network.wake(third)
    await settle()
    expect(masterOf()).toEqual(['b', 5])
    expect(snapshots).not.toContainEqual(['a', 4])
  })

  test('that was published by a Sentinel out of date is confirmed before it is believed', async () => {
    says(c, 7, sentinels[0], sentinels[1])
    await create().start()
    const told = listen()
    publishSwitch(sentinels[2], 'a', 'b')
    expect(masterOf()).toEqual(['c', 7])
    says(b, 8, sentinels[2])
    await runtime.advance(1000)
    expect(masterOf()).toEqual(['b', 8])
    expect(told.map(([name]) => name)).toEqual(['masterSwitched'])
  })

  test('is found by the poll within a second when no event came', async () => {
    await create().start()
    everywhere(b, 5)
    await runtime.advance(1000)
    expect(masterOf()).toEqual(['b', 5])
  })

  test('is found at once by a hint', async () => {
    await create().start()
    everywhere(b, 5)
    watcher.requestRefresh()
    await settle()
    expect(masterOf()).toEqual(['b', 5])
  })

  test('is told step by step, from the leader, with the addresses to dial', async () => {
    await create({ natMap: { 'b:6379': { host: 'public', port: 1 } } }).start()
    const told = listen()
    const [leader] = sentinels
    const replica = 'slave b:6379 b 6379 @ shard-1 a 6379'
    network.publish(leader, '+elected-leader', 'master shard-1 a 6379')
    network.publish(leader, '+selected-slave', replica)
    network.publish(leader, '+promoted-slave', replica)
    network.publish(leader, '-failover-abort-slave-timeout', 'master shard-1 a 6379')
    const source = { shard: 'shard-1', sentinel: leader.address }
    const address = { host: 'public', port: 1 }
    expect(told).toEqual([
      ['failoverStarted', { ...source, master: a }],
      ['replicaSelected', { ...source, address, master: a }],
      ['replicaPromoted', { ...source, address }],
      ['failoverAborted', { ...source, reason: 'slave-timeout' }],
    ])
  })

  test('is not given up with that of another leader: both were asked for one', async () => {
    await create().start()
    const told = listen()
    const [first, second] = sentinels
    network.publish(first, '+elected-leader', 'master shard-1 a 6379')
    network.publish(first, '+selected-slave', 'slave b:6379 b 6379 @ shard-1 a 6379')
    network.publish(second, '+elected-leader', 'master shard-1 a 6379')
    network.publish(second, '-failover-abort-no-good-slave', 'master shard-1 a 6379')
    expect(told.map(([name]) => name)).not.toContain('failoverAborted')
    expect(watcher.topology!.shards.get('shard-1')!.failover).toMatchObject({
      sentinel: { address: first.address },
      replica: b,
    })
    network.publish(first, '-failover-abort-slave-timeout', 'master shard-1 a 6379')
    expect(told.at(-1)).toMatchObject(['failoverAborted', { reason: 'slave-timeout' }])
  })

  test('that was under way before is in the first snapshot', async () => {
    const [, leader] = sentinels
    leader.masters['shard-1']!.replicas = [b]
    leader.masters['shard-1']!.failover = { state: 'wait_promotion', replica: b }
    const topology = await create().start()
    const { id, address } = leader
    expect(topology.shards.get('shard-1')!.failover).toEqual({
      sentinel: { id, address },
      master: a,
      replica: b,
    })
  })

  test('whose events were missed is told by the poll, once, and so is its end', async () => {
    await create().start()
    const told = listen()
    const [leader] = sentinels
    const source = { shard: 'shard-1', sentinel: leader.address }
    leader.masters['shard-1']!.replicas = [b]
    leader.masters['shard-1']!.failover = { state: 'wait_promotion', replica: b }
    await runtime.advance(3000)
    expect(told).toEqual([
      ['failoverStarted', { ...source, master: a }],
      ['replicaSelected', { ...source, address: b, master: a }],
    ])
    delete leader.masters['shard-1']!.failover
    await runtime.advance(3000)
    expect(told.slice(2)).toEqual([['failoverAborted', { ...source, reason: 'unannounced' }]])
  })

  test('that has succeeded is not aborted, although the others do not know the new master yet', async () => {
    await create().start()
    const told = listen()
    const [leader] = sentinels
    leader.masters['shard-1']!.replicas = [b]
    leader.masters['shard-1']!.failover = { state: 'wait_promotion', replica: b }
    await runtime.advance(3000)
    // Promoted: the others outvote it, since they do not list that node as a replica.
    leader.masters['shard-1'] = { address: b, epoch: 2 }
    await runtime.advance(3000)
    expect(watcher.topology!.shards.get('shard-1')!.master).toEqual(a)
    network.publish(leader, '+switch-master', 'shard-1 a 6379 b 6379')
    await runtime.advance(3000)
    expect(told.map(([name]) => name)).not.toContain('failoverAborted')
  })

  test('is not told to have ended when its leader is out of reach', async () => {
    await create().start()
    const [leader] = sentinels
    network.publish(leader, '+elected-leader', 'master shard-1 a 6379')
    const told = listen()
    network.down.add(leader)
    network.cut(leader)
    await settle()
    expect(watcher.topology!.shards.get('shard-1')!.failover).toBeUndefined()
    expect(told.filter(([name]) => name !== 'sentinelError')).toEqual([])
  })

  test('of a master outside the pinned set is none of its business', async () => {
    for (const { masters } of sentinels) masters.other = { address: c, epoch: 1 }
    await create({ masters: ['shard-1'] }).start()
    const told = listen()
    network.publish(sentinels[0], '+elected-leader', 'master other c 6379')
    network.publish(sentinels[0], '+switch-master', 'other c 6379 a 6379')
    await runtime.advance(1000)
    expect(told).toEqual([])
    expect([...watcher.topology!.shards.keys()]).toEqual(['shard-1'])
  })

  test('leaves the shards that did not fail the same objects', async () => {
    for (const { masters } of sentinels) masters.other = { address: c, epoch: 1 }
    const before = await create().start()
    network.publish(sentinels[0], '+switch-master', 'shard-1 a 6379 b 6379')
    expect(watcher.topology).not.toBe(before)
    expect(watcher.topology!.shards.get('other')).toBe(before.shards.get('other'))
  })
})

describe('a master that is down', () => {
  const down = (sentinel: ScriptedSentinel, channel: string, host = 'a') =>
    network.publish(sentinel, channel, `master shard-1 ${host} 6379`)

  test('is told once, and once when it is up again', async () => {
    await create().start()
    const told = listen()
    for (const sentinel of sentinels) down(sentinel, '+sdown')
    for (const sentinel of sentinels) down(sentinel, '-sdown')
    expect(told).toEqual([
      [
        'masterDown',
        {
          shard: 'shard-1',
          sentinel: sentinels[0].address,
          isObjective: false,
          isDown: true,
        },
      ],
      [
        'masterDown',
        {
          shard: 'shard-1',
          sentinel: sentinels[2].address,
          isObjective: false,
          isDown: false,
        },
      ],
    ])
  })

  test('says nothing of the next master, which is told on its own', async () => {
    await create().start()
    const told = listen()
    down(sentinels[0], '+sdown')
    everywhere(b, 5)
    publishSwitch(sentinels[0], 'a', 'b')
    await runtime.advance(2000)
    down(sentinels[0], '+sdown', 'b')
    expect(told).toMatchObject([
      ['masterDown', { isDown: true }],
      ['masterSwitched', {}],
      ['masterDown', { isDown: true }],
    ])
  })

  test('is not the new master when a Sentinel still speaks of the old one', async () => {
    await create().start()
    says(b, 5, ...sentinels)
    publishSwitch(sentinels[0], 'a', 'b')
    const told = listen()
    down(sentinels[1], '+sdown', 'a')
    await settle()
    expect(told).toEqual([])
  })
})
