import { describe, expect, test } from 'vitest'
import { settle } from '../../test/support/manual-runtime.js'
import {
  a,
  b,
  create,
  masterOf,
  network,
  runtime,
  says,
  sentinels,
  useScriptedSentinels,
  watcher,
} from '../../test/support/scripted-deployment.js'

useScriptedSentinels()

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

  test('one that does not answer and that nobody lists counts for nothing; a seed is still tried', async () => {
    await create({ sentinels: 's1,s2' }).start()
    for (const gone of [sentinels[1], sentinels[2]]) {
      network.down.add(gone)
      network.cut(gone)
    }
    await runtime.advance(25_000)
    expect(watcher.topology!.sentinels).toHaveLength(3)
    sentinels[0].others = []
    await runtime.advance(12_000)
    expect(watcher.topology!.sentinels.map(({ address }) => address.host)).toEqual(['s1'])
    await runtime.advance(40_000)
    network.dialed.length = 0
    await runtime.advance(10_000)
    expect(new Set(network.dialed)).toEqual(new Set(['s2:26379']))
    network.down.clear()
    await runtime.advance(3000)
    // The second lists the third.
    expect(watcher.topology!.sentinels.map(({ address }) => address.host)).toEqual([
      's1',
      's2',
      's3',
    ])
  })
})
