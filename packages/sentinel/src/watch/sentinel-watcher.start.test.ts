import { describe, expect, test } from 'vitest'
import { settle } from '../../test/support/manual-runtime.js'
import {
  b,
  c,
  create,
  everywhere,
  masterOf,
  network,
  node,
  publishSwitch,
  runtime,
  says,
  sentinels,
  useScriptedSentinels,
  watcher,
} from '../../test/support/scripted-deployment.js'

useScriptedSentinels()

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

  test('is delayed by a hung Sentinel for 300 ms and no more', async () => {
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
