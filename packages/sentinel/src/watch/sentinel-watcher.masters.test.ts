import { beforeEach, describe, expect, test } from 'vitest'
import { settle } from '../../test/support/manual-runtime.js'
import {
  a,
  b,
  c,
  create,
  listen,
  masterOf,
  network,
  runtime,
  says,
  sentinels,
  useScriptedSentinels,
  watcher,
} from '../../test/support/scripted-deployment.js'

useScriptedSentinels()

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
