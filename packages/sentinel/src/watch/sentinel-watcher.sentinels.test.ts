import { describe, expect, test } from 'vitest'
import { settle } from '../../test/support/manual-runtime.js'
import {
  a,
  b,
  create,
  everywhere,
  listen,
  masterOf,
  network,
  node,
  runtime,
  says,
  sentinels,
  useScriptedSentinels,
  watcher,
} from '../../test/support/scripted-deployment.js'

useScriptedSentinels()

describe('a Sentinel', () => {
  test('that falls silent is dropped after a poll and one timeout, and dialed anew', async () => {
    await create().start()
    const told = listen()
    network.silent.add(sentinels[0])
    await runtime.advance(2000)
    expect(told).toMatchObject([
      [
        'sentinelError',
        {
          sentinel: sentinels[0].address,
          error: {
            code: 'DISREDIS_SENTINEL_TIMEOUT',
            message: 's1:26379: did not answer within 1000 ms',
          },
        },
      ],
    ])
    expect(watcher.topology!.sentinels[0]!.isConnected).toBe(false)
    network.silent.clear()
    await runtime.advance(5000)
    expect(watcher.topology!.sentinels[0]!.isConnected).toBe(true)
  })

  test('that is far away gets the time of the way to it for each answer', async () => {
    network.roundTrip = 300
    await create().start()
    const told = listen()
    network.silent.add(sentinels[0])
    watcher.requestRefresh()
    await runtime.advance(1250)
    expect(told).toEqual([])
    await runtime.advance(100)
    expect(told).toMatchObject([
      ['sentinelError', { error: { message: 's1:26379: did not answer within 1300 ms' } }],
    ])
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
    // Every 250 to 500 ms at last.
    expect(tries).toBeGreaterThanOrEqual(20)
    expect(tries).toBeLessThanOrEqual(44)
    expect(told.map(([, event]) => (event as { error: Error }).error.message)).toEqual([
      's1:26379: closed the connection',
      's1:26379: refuses connections',
    ])
    network.down.clear()
    await runtime.advance(2000)
    network.cut(sentinels[0])
    expect(told).toHaveLength(3)
  })

  test.each(['refuses connections', 'lets dials hang'])(
    'that %s is dialed at once when another one says that it is up again',
    async (what) => {
      await create().start()
      const [first, second] = sentinels
      const state = what === 'lets dials hang' ? network.silent : network.down
      state.add(first)
      network.cut(first)
      await runtime.advance(10_000)
      state.delete(first)
      network.publish(second, '-sdown', `sentinel ${first.id} s1 26379 @ shard-1 a 6379`)
      await settle()
      expect(watcher.topology!.sentinels[0]!.isConnected).toBe(true)
    },
  )

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
      first.masters['shard-1']!.failover = { state: 'select_slave' }
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

  test('that lists a master which it removed just then is asked again before it is believed', async () => {
    await create().start()
    const told = listen()
    const [first] = sentinels
    network.silent.add(first)
    watcher.requestRefresh()
    await settle()
    const old = first.answer(['SENTINEL', 'MASTERS'])
    first.override = ([, subcommand]) => {
      if (subcommand !== 'MASTERS') return undefined
      first.override = () => undefined
      return old
    }
    first.masters = {}
    network.silent.delete(first)
    network.publish(first, '-monitor', 'master shard-1 a 6379')
    network.wake(first)
    await runtime.advance(2000)
    expect(told.map(([name]) => name)).toEqual(['masterRemoved'])
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
