import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ManualRuntime, settle } from '../test/support/manual-runtime.js'
import { ScriptedNetwork } from '../test/support/scripted-network.js'
import type { ScriptedSentinel } from '../test/support/scripted-sentinel.js'
import type { Address } from './address.js'
import { SentinelWatcher } from './sentinel-watcher.js'
import type { Topology } from './topology.js'
import type { WatcherEvents } from './watcher-events.js'
import type { SentinelWatcherOptions } from './watcher-options.js'

const node = (host: string, port = 6379): Address => Object.freeze({ host, port })
const [a, b, c] = [node('a'), node('b'), node('c')]

let runtime: ManualRuntime
let network: ScriptedNetwork
let sentinels: [ScriptedSentinel, ScriptedSentinel, ScriptedSentinel]
let watcher: SentinelWatcher

beforeEach(() => {
  runtime = new ManualRuntime()
  network = new ScriptedNetwork()
  sentinels = [network.add('s1', 'id1'), network.add('s2', 'id2'), network.add('s3', 'id3')]
  for (const sentinel of sentinels)
    sentinel.others = sentinels.filter((other) => other !== sentinel)
  everywhere(a, 4)
})

afterEach(async () => {
  await watcher.close()
  expect(runtime.delays).toEqual([])
  for (const sentinel of sentinels) expect(network.connectionsOf(sentinel)).toBe(0)
})

/** What these Sentinels (or all) say of shard-1 from now on. */
function says(address: Address, epoch: number, ...who: ScriptedSentinel[]): void {
  for (const sentinel of who) sentinel.masters = { 'shard-1': { address, epoch } }
}

function everywhere(address: Address, epoch: number): void {
  says(address, epoch, ...sentinels)
}

function create(options: Partial<SentinelWatcherOptions> = {}): SentinelWatcher {
  watcher = new SentinelWatcher({ sentinels: 's1,s2,s3', runtime, dial: network.dial, ...options })
  return watcher
}

/** Everything that the watcher tells from now on, without the snapshots. */
function listen(): [string, object][] {
  const told: [string, object][] = []
  const names = [
    'failoverStarted',
    'replicaSelected',
    'replicaPromoted',
    'masterSwitched',
    'failoverAborted',
    'masterDown',
    'masterAdded',
    'masterRemoved',
    'sentinelError',
  ] as const satisfies (keyof WatcherEvents)[]
  for (const name of names) watcher.on(name, (event: object) => told.push([name, event]))
  return told
}

const masterOf = (topology = watcher.topology) => {
  const shard = topology?.shards.get('shard-1')
  return shard && [shard.master.host, shard.configEpoch]
}

const publishSwitch = (sentinel: ScriptedSentinel, from: string, to: string) =>
  network.publish(sentinel, '+switch-master', `shard-1 ${from} 6379 ${to} 6379`)

describe('start', () => {
  test('gives a frozen snapshot when all Sentinels have answered', async () => {
    const topology = await create().start()
    expect(masterOf(topology)).toEqual(['a', 4])
    expect(topology.sentinels).toEqual([
      { address: sentinels[0].address, id: 'id1', isConnected: true },
      { address: sentinels[1].address, id: 'id2', isConnected: true },
      { address: sentinels[2].address, id: 'id3', isConnected: true },
    ])
    const shard = topology.shards.get('shard-1')!
    for (const value of [topology, topology.sentinels, shard, shard.replicas, shard.flags]) {
      expect(Object.isFrozen(value)).toBe(true)
    }
    expect(runtime.now()).toBe(0)
  })

  test('is not misled by a stale Sentinel that answers first', async () => {
    says(b, 5, sentinels[1], sentinels[2])
    network.silent.add(sentinels[1]).add(sentinels[2])
    const starting = create().start()
    await runtime.advance(100)
    expect(watcher.topology).toBeUndefined()
    network.wake(sentinels[2])
    network.wake(sentinels[1])
    expect(masterOf(await starting)).toEqual(['b', 5])
  })

  test('is delayed by a hung Sentinel for the time of one request and no more', async () => {
    network.silent.add(sentinels[0])
    const starting = create().start()
    await runtime.advance(299)
    expect(watcher.topology).toBeUndefined()
    await runtime.advance(1)
    expect(masterOf(await starting)).toEqual(['a', 4])
  })

  test('is not delayed by a Sentinel that refuses connections', async () => {
    network.down.add(sentinels[0])
    expect(masterOf(await create().start())).toEqual(['a', 4])
    expect(runtime.now()).toBe(0)
  })

  test('from one seed hears the Sentinels that it lists before it decides', async () => {
    says(b, 5, sentinels[1], sentinels[2])
    expect(masterOf(await create({ sentinels: 's1' }).start())).toEqual(['b', 5])
  })

  test('called again gives the same promise, and later the present snapshot', async () => {
    const first = create().start()
    expect(watcher.start()).toBe(first)
    await first
    everywhere(b, 5)
    watcher.requestRefresh()
    await settle()
    expect(masterOf(await watcher.start())).toEqual(['b', 5])
  })

  test('fails at once when every Sentinel gave an answer that waiting does not cure', async () => {
    for (const sentinel of sentinels) sentinel.role = ['master', 0, []]
    const error = await create()
      .start()
      .catch((reason) => reason)
    expect(error.code).toBe('DISREDIS_SENTINELS_UNREACHABLE')
    expect(error.retryable).toBe(false)
    expect(error.errors.map(({ message }: Error) => message)).toEqual(
      ['s1', 's2', 's3'].map(
        (host) =>
          `${host}:26379: is a Redis data node (role master), not a Sentinel; Sentinels usually listen on 26379`,
      ),
    )
    expect(runtime.now()).toBe(0)
  })

  test('fails at once also when one of those answers is followed by a broken connection', async () => {
    const [first, second, third] = sentinels
    for (const sentinel of sentinels) sentinel.role = ['master', 0, []]
    network.silent.add(second).add(third)
    const error = create()
      .start()
      .catch((reason) => reason)
    await settle()
    network.down.add(first)
    await runtime.advance(200)
    network.wake(second)
    network.wake(third)
    expect(await error).toMatchObject({ code: 'DISREDIS_SENTINELS_UNREACHABLE', retryable: false })
    expect((await error).errors[0].code).toBe('DISREDIS_NOT_A_SENTINEL')
    expect(runtime.now()).toBe(200)
  })

  test('waits until its limit for Sentinels that are down, and can be called again', async () => {
    for (const sentinel of sentinels) network.down.add(sentinel)
    const starting = create({ startTimeout: 5000 }).start()
    const error = starting.catch((reason) => reason)
    await runtime.advance(5000)
    expect(await error).toMatchObject({ code: 'DISREDIS_SENTINELS_UNREACHABLE', retryable: true })
    expect(runtime.delays).toEqual([])

    network.down.clear()
    expect(masterOf(await watcher.start())).toEqual(['a', 4])
  })

  test('succeeds when a Sentinel comes up within the limit', async () => {
    for (const sentinel of sentinels) network.down.add(sentinel)
    const starting = create().start()
    await runtime.advance(4000)
    network.down.delete(sentinels[1])
    await runtime.advance(2500)
    expect(masterOf(await starting)).toEqual(['a', 4])
  })

  test('names Sentinels that never answered', async () => {
    for (const sentinel of sentinels) network.silent.add(sentinel)
    const error = create({ startTimeout: 100 })
      .start()
      .catch((reason) => reason)
    await runtime.advance(100)
    expect((await error).message).toContain('s2:26379: gave no usable answer within 100 ms')
  })

  test('rejects by its limit when a master has no usable address anywhere', async () => {
    everywhere(node(''), 1)
    const error = create({ startTimeout: 1000 })
      .start()
      .catch((reason) => reason)
    await runtime.advance(1000)
    expect((await error).message).toContain(
      's1:26379: Master "shard-1": The Sentinel names the address with an empty host',
    )
  })

  test('rejects an unknown master with the known ones', async () => {
    await expect(create({ masters: ['other'] }).start()).rejects.toMatchObject({
      code: 'DISREDIS_UNKNOWN_MASTER',
      known: ['shard-1'],
    })
  })

  test('rejects when no majority agrees on the set of masters', async () => {
    sentinels[1].masters = {}
    network.down.add(sentinels[2])
    const starting = create().start()
    await expect(starting).rejects.toMatchObject({ code: 'DISREDIS_MASTERS_DISAGREE' })
  })

  test('rejects when the watcher is closed meanwhile, and ever after', async () => {
    for (const sentinel of sentinels) network.silent.add(sentinel)
    const starting = create().start()
    await settle()
    await Promise.all([
      expect(starting).rejects.toMatchObject({ code: 'DISREDIS_CLOSED' }),
      watcher.close(),
    ])
    await expect(watcher.start()).rejects.toMatchObject({ code: 'DISREDIS_CLOSED' })
  })
})

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
    expect(snapshots.map(masterOf)).toEqual([['b', 5]])
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
      ['replicaSelected', { ...source, address }],
      ['replicaPromoted', { ...source, address }],
      ['failoverAborted', { ...source, reason: 'slave-timeout' }],
    ])
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

describe('a master that failed its ROLE check', () => {
  beforeEach(() => says(b, 1, sentinels[1], sentinels[2]))

  test('gives way to a lower epoch after the Sentinels were asked', async () => {
    await create().start()
    expect(masterOf()).toEqual(['a', 4])
    watcher.reportMasterRejected('shard-1', a)
    expect(masterOf()).toEqual(['a', 4])
    await settle()
    expect(masterOf()).toEqual(['b', 1])
    await runtime.advance(3000)
    expect(masterOf()).toEqual(['b', 1])
  })

  test('gives way to what the Sentinels know by now rather than to a lower epoch', async () => {
    await create().start()
    says(c, 9, sentinels[0])
    watcher.reportMasterRejected('shard-1', a)
    await settle()
    expect(masterOf()).toEqual(['c', 9])
  })

  test('is no news when it is another node, an unknown shard, or the watcher is closed', async () => {
    await create().start()
    watcher.reportMasterRejected('shard-1', c)
    watcher.reportMasterRejected('nonsense', a)
    await settle()
    expect(masterOf()).toEqual(['a', 4])
    await watcher.close()
    watcher.reportMasterRejected('shard-1', a)
    watcher.requestRefresh()
  })
})

describe('the set of masters', () => {
  test('is pinned: one that appears or vanishes is told and changes nothing', async () => {
    await create().start()
    const told = listen()
    for (const { masters } of sentinels) masters.added = { address: c, epoch: 0 }
    for (const { masters } of sentinels) delete masters['shard-1']
    await runtime.advance(1000)
    expect(told.map(([name, event]) => [name, (event as { shard: string }).shard])).toEqual([
      ['masterRemoved', 'shard-1'],
      ['masterAdded', 'added'],
    ])
    expect(masterOf()).toEqual(['a', 4])
    expect([...watcher.topology!.shards.keys()]).toEqual(['shard-1'])
  })

  test('-monitor and +monitor with another address are followed when all Sentinels did it', async () => {
    await create().start()
    const told = listen()
    for (const sentinel of sentinels) {
      network.publish(sentinel, '-monitor', 'master shard-1 a 6379')
      says(b, 0, sentinel)
      network.publish(sentinel, '+monitor', 'master shard-1 b 6379 quorum 2')
      await settle()
      if (sentinel !== sentinels[2]) expect(masterOf()).toEqual(['a', 4])
    }
    expect(masterOf()).toEqual(['b', 0])
    expect(told.map(([name]) => name)).toEqual(
      sentinels.flatMap(() => ['masterRemoved', 'masterAdded']),
    )
  })
})

describe('a Sentinel', () => {
  test('that falls silent is dropped after a poll and one timeout, and dialed anew', async () => {
    await create().start()
    const told = listen()
    network.silent.add(sentinels[0])
    await runtime.advance(1300)
    expect(told).toMatchObject([
      [
        'sentinelError',
        {
          sentinel: sentinels[0].address,
          error: {
            code: 'DISREDIS_SENTINEL_TIMEOUT',
            message: 's1:26379: did not answer within 300 ms',
          },
        },
      ],
    ])
    expect(watcher.topology!.sentinels[0]!.isConnected).toBe(false)
    network.silent.clear()
    await runtime.advance(5000)
    expect(watcher.topology!.sentinels[0]!.isConnected).toBe(true)
  })

  test('is not condemned by a stall of this process', async () => {
    await create().start()
    const told = listen()
    for (const sentinel of sentinels) network.silent.add(sentinel)
    watcher.requestRefresh()
    await settle()
    await runtime.stall(3000)
    for (const sentinel of sentinels) network.wake(sentinel)
    await runtime.advance(2000)
    expect(told).toEqual([])
    expect(network.dialed).toHaveLength(3)
  })

  test('that is down is tried with growing delays, and told once until it is back', async () => {
    await create().start()
    const told = listen()
    network.down.add(sentinels[0])
    network.cut(sentinels[0])
    network.dialed.length = 0
    await runtime.advance(10_000)
    const tries = network.dialed.length
    expect(tries).toBeGreaterThanOrEqual(9)
    expect(tries).toBeLessThanOrEqual(13)
    expect(told.map(([, event]) => (event as { error: Error }).error.message)).toEqual([
      's1:26379: closed the connection',
      's1:26379: refuses connections',
    ])
    network.down.clear()
    await runtime.advance(2000)
    network.cut(sentinels[0])
    expect(told).toHaveLength(3)
  })

  test('that is stale is never believed, whatever it repeats', async () => {
    everywhere(b, 5)
    await create().start()
    says(a, 4, sentinels[0])
    network.cut(sentinels[0])
    await runtime.advance(5000)
    network.cut(sentinels[1])
    network.cut(sentinels[2])
    network.down.add(sentinels[1]).add(sentinels[2])
    await runtime.advance(10_000)
    expect(masterOf()).toEqual(['b', 5])
  })

  test.each([
    ['an empty host', node('')],
    ['port 0', node('a', 0)],
  ])('that gives %s is not believed, and the others are', async (_, address) => {
    everywhere(b, 5)
    says(address, 9, sentinels[0])
    create()
    const told = listen()
    expect(masterOf(await watcher.start())).toEqual(['b', 5])
    await runtime.advance(3000)
    expect(masterOf()).toEqual(['b', 5])
    expect(told).toMatchObject([
      ['sentinelError', { error: { code: 'DISREDIS_SENTINEL_REPLY', address: 's1:26379' } }],
    ])
  })

  test('that publishes before it has said who it is, is heard', async () => {
    await create().start()
    const told = listen()
    const [first] = sentinels
    first.override = ([, subcommand]) => {
      if (subcommand !== 'MYID') return undefined
      network.publish(first, '+elected-leader', 'master shard-1 a 6379')
      return undefined
    }
    network.cut(first)
    await runtime.advance(100)
    expect(told.map(([name]) => name)).toEqual(['sentinelError', 'failoverStarted'])
  })

  test('that watches a master no longer does not stand by what it said of it', async () => {
    says(a, 5, ...sentinels)
    await create().start()
    sentinels[0].masters = {}
    says(b, 0, sentinels[1], sentinels[2])
    await runtime.advance(1000)
    expect(masterOf()).toEqual(['b', 0])
  })

  test('that publishes garbage is asked, and reported', async () => {
    await create().start()
    const told = listen()
    everywhere(b, 5)
    network.publish(sentinels[0], '+switch-master', 'what is this')
    await settle()
    expect(masterOf()).toEqual(['b', 5])
    expect(told.map(([name]) => name)).toContain('sentinelError')
  })

  test.each([
    ['a number for the list of masters', 5],
    ['a master without an epoch', [['name', 'x']]],
    ['a refusal', new Error('ERR odd')],
  ])('that answers %s is left for the others', async (_, reply) => {
    sentinels[0].override = ([, subcommand]) => (subcommand === 'MASTERS' ? reply : undefined)
    expect(masterOf(await create().start())).toEqual(['a', 4])
    expect(watcher.topology!.sentinels.map(({ isConnected }) => isConnected)).toEqual([
      false,
      true,
      true,
    ])
  })

  test('in tilt is not the one whose view of the details is shown', async () => {
    await create().start()
    const flags = () => watcher.topology!.shards.get('shard-1')!.flags
    network.publish(sentinels[0], '+tilt', '#tilt mode entered')
    sentinels[0].masters['shard-1']!.flags = 's_down,master'
    watcher.requestRefresh()
    await settle()
    expect(flags()).toEqual(['master'])
  })
})

describe('one connection to each Sentinel', () => {
  const connections = () => sentinels.map((sentinel) => network.connectionsOf(sentinel))

  test('when a seed is a name and others list its address', async () => {
    network.aliases.set('name:26379', sentinels[0])
    await create({ sentinels: 'name' }).start()
    await runtime.advance(3000)
    expect(connections()).toEqual([1, 1, 1])
    expect(watcher.topology!.sentinels.map(({ address }) => address.host)).toEqual([
      'name',
      's2',
      's3',
    ])
  })

  test('while a seed that is slow to say who it is may be one that others list', async () => {
    network.aliases.set('name:26379', sentinels[0])
    network.silent.add(sentinels[0])
    const starting = create({ sentinels: 'name,s2' }).start()
    await runtime.advance(200)
    expect(network.dialed).toEqual(['name:26379', 's2:26379'])
    network.wake(sentinels[0])
    await starting
    expect(network.dialed).toEqual(['name:26379', 's2:26379', 's3:26379'])
    expect(connections()).toEqual([1, 1, 1])
  })

  test('when two seeds are the same Sentinel', async () => {
    network.aliases.set('name:26379', sentinels[0])
    await create({ sentinels: 'name,s1' }).start()
    await runtime.advance(3000)
    expect(connections()).toEqual([1, 1, 1])
  })

  test('after that Sentinel was away', async () => {
    network.aliases.set('name:26379', sentinels[0])
    await create({ sentinels: 'name,s1,s2' }).start()
    network.down.add(sentinels[0])
    network.cut(sentinels[0])
    await runtime.advance(5000)
    network.down.clear()
    await runtime.advance(5000)
    expect(connections()).toEqual([1, 1, 1])
  })

  test('of two seeds for it, through the one that can be reached', async () => {
    sentinels[0].others = []
    network.aliases.set('name:26379', sentinels[0])
    await create({ sentinels: 'name,s1' }).start()
    network.unreachable.add('name:26379')
    network.cut(sentinels[0])
    await runtime.advance(1000)
    expect(watcher.topology!.sentinels.some(({ isConnected }) => isConnected)).toBe(true)
    expect(network.connectionsOf(sentinels[0])).toBe(1)
  })

  test('that was found at an address and is back under the name of a seed', async () => {
    network.aliases.set('name:26379', sentinels[0])
    network.unreachable.add('name:26379')
    await create({ sentinels: 'name,s2' }).start()
    await runtime.advance(1000)
    expect(connections()).toEqual([1, 1, 1])
    network.unreachable.delete('name:26379')
    network.unreachable.add('s1:26379')
    network.cut(sentinels[0])
    await runtime.advance(5000)
    expect(connections()).toEqual([1, 1, 1])
    expect(watcher.topology!.sentinels.map(({ address }) => address.host)).toEqual([
      'name',
      's2',
      's3',
    ])
  })

  test('that a new one joins', async () => {
    await create().start()
    const fourth = network.add('s4', 'id4')
    fourth.masters = sentinels[0].masters
    for (const sentinel of sentinels) sentinel.others = [...sentinel.others, fourth]
    network.publish(sentinels[0], '+sentinel', 'sentinel id4 s4 26379 @ shard-1 a 6379')
    await settle()
    expect(network.connectionsOf(fourth)).toBe(1)
    expect(watcher.topology!.sentinels).toHaveLength(4)
  })

  test('that moved to another address', async () => {
    await create({ sentinels: 's1' }).start()
    network.down.add(sentinels[2])
    network.cut(sentinels[2])
    const moved = network.add('s3-new', 'id3')
    moved.masters = sentinels[0].masters
    for (const sentinel of sentinels.slice(0, 2)) {
      sentinel.others = sentinel.others.map((other) => (other.id === 'id3' ? moved : other))
    }
    await runtime.advance(15_000)
    expect(network.connectionsOf(moved)).toBe(1)
    expect(watcher.topology!.sentinels.map(({ address }) => address.host)).toEqual([
      's1',
      's2',
      's3-new',
    ])
  })

  test('also when a seed cannot be reached by its name any more', async () => {
    network.aliases.set('name:26379', sentinels[0])
    await create({ sentinels: 'name,s2' }).start()
    network.aliases.clear()
    network.cut(sentinels[0])
    await runtime.advance(15_000)
    expect(connections()).toEqual([1, 1, 1])
  })

  test('with a wiped Sentinel that has a new id', async () => {
    await create().start()
    sentinels[0].id = 'new'
    network.cut(sentinels[0])
    await runtime.advance(1000)
    expect(connections()).toEqual([1, 1, 1])
    expect(watcher.topology!.sentinels[0]).toMatchObject({ id: 'new', isConnected: true })
  })

  test('a wiped one no longer stands by what it said under its old id', async () => {
    says(b, 5, sentinels[0])
    await create().start()
    expect(masterOf()).toEqual(['b', 5])
    sentinels[0].id = 'new'
    says(a, 0, sentinels[0])
    network.cut(sentinels[0])
    await runtime.advance(2000)
    expect(masterOf()).toEqual(['a', 4])
  })

  test('one that vanished is forgotten after a while, a seed is not', async () => {
    await create({ sentinels: 's1,s2' }).start()
    for (const gone of [sentinels[1], sentinels[2]]) {
      network.down.add(gone)
      network.cut(gone)
    }
    sentinels[0].others = []
    await runtime.advance(25_000)
    expect(watcher.topology!.sentinels).toHaveLength(3)
    await runtime.advance(25_000)
    expect(watcher.topology!.sentinels.map(({ address }) => address.host)).toEqual(['s1', 's2'])
  })
})

describe('questions', () => {
  test('of one poll go in one write, with details only where something may have changed', async () => {
    const names = Array.from({ length: 30 }, (_, index) => `m${index}`)
    for (const sentinel of sentinels) {
      sentinel.masters = Object.fromEntries(names.map((name) => [name, { address: a, epoch: 1 }]))
    }
    await create().start()
    sentinels[0].heard.length = 0
    await runtime.advance(900)
    expect(sentinels[0].heard.filter((text) => text === 'SENTINEL MASTERS')).toHaveLength(1)
    expect(sentinels[0].heard.filter((text) => /GET-MASTER-ADDR/.test(text))).toHaveLength(30)
    expect(sentinels[0].heard.filter((text) => /REPLICAS/.test(text))).toHaveLength(3)
    await runtime.advance(10_000)
    const asked = new Set(sentinels[0].heard.filter((text) => /REPLICAS/.test(text)))
    expect(asked.size).toBe(30)
  })

  test('by many hints are few', async () => {
    await create().start()
    sentinels[0].heard.length = 0
    for (let i = 0; i < 1000; i++) watcher.requestRefresh()
    await runtime.advance(10)
    for (let i = 0; i < 1000; i++) watcher.requestRefresh()
    await runtime.advance(190)
    expect(sentinels[0].heard.filter((text) => text === 'SENTINEL MASTERS')).toHaveLength(2)
  })

  test('are asked at least once per interval, spread by chance', async () => {
    await create({ pollInterval: 400 }).start()
    for (const chance of [0, 0.999]) {
      runtime.chance = chance
      await runtime.advance(400)
      const delays = runtime.delays
      expect(delays).toHaveLength(3)
      expect(Math.max(...delays)).toBeLessThanOrEqual(400)
    }
  })
})

test('a listener that throws is an uncaught exception and does not stop the watcher', async () => {
  const uncaught: unknown[] = []
  const originals = process.listeners('uncaughtException')
  process.removeAllListeners('uncaughtException')
  process.on('uncaughtException', (error) => uncaught.push(error))
  try {
    await create().start()
    watcher.on('topologyChanged', () => {
      throw new Error('of a listener')
    })
    publishSwitch(sentinels[0], 'a', 'b')
    await settle()
    everywhere(c, 9)
    await runtime.advance(1000)
    expect(masterOf()).toEqual(['c', 9])
    expect(String(uncaught[0])).toBe('Error: of a listener')
  } finally {
    process.removeAllListeners('uncaughtException')
    for (const listener of originals) process.on('uncaughtException', listener)
  }
})

test('closing in the middle of an event leaves nothing behind', async () => {
  await create().start()
  watcher.on('masterSwitched', () => void watcher.close())
  publishSwitch(sentinels[0], 'a', 'b')
  await runtime.advance(3000)
})
