import { inspect } from 'node:util'
import { formatAddress } from '@disredis/connection'
import { type Fleet, startFleet } from '@disredis/fleet'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { SentinelWatcher, type Topology } from '../src/index.js'
import { eventually, record } from './support/recorder.js'
import { encode, RespServer } from './support/resp-server.js'

const node = (host: string, port = 6379) => Object.freeze({ host, port })
const codesOf = (events: readonly { readonly event: object }[]) =>
  events.flatMap(({ event }) => (event as { error?: { code: string } }).error?.code ?? [])

describe('beside three honest Sentinels', () => {
  let fleet: Fleet
  beforeAll(async () => {
    fleet = await startFleet({ downAfter: 5000 })
  })
  afterAll(() => fleet.close())

  /** A watcher that asks the liar first, and the liar. */
  async function withLiar(prepare: (liar: RespServer) => void) {
    const liar = await RespServer.start()
    liar.sentinel.masters = { 'shard-1': { address: fleet.master().address, epoch: 0 } }
    prepare(liar)
    const sentinels = [liar.sentinel.address, ...fleet.sentinels]
    const watcher = new SentinelWatcher({ sentinels, timeout: 1000 })
    return { liar, watcher, recording: record(watcher) }
  }

  const allFourConnected = (watcher: SentinelWatcher) =>
    eventually(() => {
      const connected = watcher.topology!.sentinels.filter(({ isConnected }) => isConnected)
      expect(connected).toHaveLength(4)
    })

  const truth = () => fleet.master().address
  const held = (watcher: SentinelWatcher) => watcher.topology!.shards.get('shard-1')!.master

  test.each([
    ['an empty host', node(''), 'with an empty host; can the Sentinel resolve the name?'],
    ['port 0', node('127.0.0.1', 0), 'with port 0'],
    ['no host at all', node('two words'), '"two words"'],
  ])(
    'one that gives %s with the highest epoch is refused, and reported',
    async (_, address, text) => {
      const { liar, watcher, recording } = await withLiar(({ sentinel }) => {
        sentinel.masters = { 'shard-1': { address, epoch: 99 } }
      })
      await using _liar = liar
      await using _watcher = watcher
      await watcher.start()
      expect(held(watcher)).toEqual(truth())
      await eventually(() => expect(codesOf(recording.events)).toContain('DISREDIS_SENTINEL_REPLY'))
      expect(inspect(recording.events, { depth: 5 })).toContain(text)
    },
  )

  test.each([
    ['garbage in place of the masters', 'MASTERS', 'nonsense\r\n'],
    ['an error', 'MASTERS', '-ERR what\r\n'],
    ['a map of nothing', 'MASTERS', '%0\r\n:1\r\n'],
    ['masters without names', 'MASTERS', encode([['a', 'b']])],
    ['an id that is none', 'MYID', ':5\r\n'],
    ['half an answer and then nothing', 'MASTERS', '$10\r\nabc'],
  ])('one that sends %s is left for the others', async (_, asked, bytes) => {
    const { liar, watcher, recording } = await withLiar((it) => {
      it.raw = (command) => (command[1] === asked ? bytes : undefined)
    })
    await using _liar = liar
    await using _watcher = watcher
    await watcher.start()
    expect(held(watcher)).toEqual(truth())
    await eventually(() => expect(codesOf(recording.events).length).toBeGreaterThan(0))
  })

  test.each([
    ['breaks the protocol', 'what is this\r\n'],
    ['answers what nobody asked', '+OK\r\n'],
    ['answers nobody with nothing', '_\r\n'],
  ])('one that %s later is dropped and dialed anew', async (_, bytes) => {
    const { liar, watcher, recording } = await withLiar(() => undefined)
    await using _liar = liar
    await using _watcher = watcher
    await watcher.start()
    await allFourConnected(watcher)
    liar.send(bytes)
    await eventually(() => expect(codesOf(recording.events)).toContain('DISREDIS_SENTINEL_REPLY'))
    await allFourConnected(watcher)
    expect(liar.connections).toBe(1)
    expect(held(watcher)).toEqual(truth())
  })

  const addressesIn = (snapshots: readonly Topology[]) =>
    new Set(snapshots.map(({ shards }) => formatAddress(shards.get('shard-1')!.master)))
  /** Resolves when the liar was asked, and heard, a few times more. */
  const pollsOf = async (watcher: SentinelWatcher, { sentinel }: RespServer) => {
    const polls = () => sentinel.heard.filter((text) => text === 'SENTINEL MASTERS').length
    const enough = polls() + 4
    await eventually(() => {
      watcher.requestRefresh()
      expect(polls()).toBeGreaterThanOrEqual(enough)
    })
  }

  test.each([['1000'], ['99999999999999999999999']])(
    'one that claims an address of its own with epoch %s gets nobody there, nor does its memory',
    async (epoch) => {
      const own = node('127.0.0.1', 1)
      const { liar, watcher, recording } = await withLiar(({ sentinel }) => {
        sentinel.masters = { 'shard-1': { address: own, epoch, replicas: [own] } }
      })
      await using _watcher = watcher
      await watcher.start()
      await pollsOf(watcher, liar)
      await liar[Symbol.asyncDispose]()
      await eventually(() => expect(watcher.topology!.sentinels).toHaveLength(3))
      watcher.requestRefresh()
      expect(addressesIn(recording.snapshots)).toEqual(new Set([formatAddress(truth())]))
    },
  )

  test('one that turns to an address of its own later is outvoted, by answer and by event', async () => {
    const own = node('127.0.0.1', 1)
    const { liar, watcher, recording } = await withLiar(() => undefined)
    await using _liar = liar
    await using _watcher = watcher
    await watcher.start()
    await allFourConnected(watcher)
    const { host, port } = truth()
    liar.publish('+switch-master', `shard-1 ${host} ${port} ${own.host} ${own.port}`)
    liar.sentinel.masters = { 'shard-1': { address: own, epoch: 5000 } }
    await pollsOf(watcher, liar)
    expect(addressesIn(recording.snapshots)).toEqual(new Set([formatAddress(truth())]))
    expect(recording.events.map(({ name }) => name)).not.toContain('masterSwitched')
  })

  test('one that nobody lists leads no failover and calls no master down', async () => {
    const { liar, watcher, recording } = await withLiar(() => undefined)
    await using _liar = liar
    await using _watcher = watcher
    await watcher.start()
    await allFourConnected(watcher)
    const { host, port } = truth()
    for (const channel of ['+elected-leader', '+sdown', '+odown']) {
      liar.publish(channel, `master shard-1 ${host} ${port}`)
    }
    liar.sentinel.masters['shard-1']!.failover = { state: 'wait_promotion' }
    liar.sentinel.masters['shard-1']!.flags = 'master,s_down,o_down'
    await pollsOf(watcher, liar)
    expect(recording.events).toEqual([])
    expect(watcher.topology!.shards.get('shard-1')).toMatchObject({
      flags: ['master'],
      failover: undefined,
    })
  })

  test('one that lists 3,000 others gets a bounded number of connections, and is told of', async () => {
    const { liar, watcher, recording } = await withLiar(({ sentinel }) => {
      sentinel.others = Array.from({ length: 3000 }, (_, i) => ({
        id: `id-${i}`,
        address: node('127.0.0.1', 1 + i),
      }))
    })
    await using _liar = liar
    await using _watcher = watcher
    await watcher.start()
    await pollsOf(watcher, liar)
    const problems = recording.events.filter(({ event }) =>
      inspect(event).includes(
        'lists 3000 other Sentinels; this client connects to no more than 32',
      ),
    )
    expect(problems).toHaveLength(1)
    const { sentinels } = watcher.topology!
    expect(sentinels.length).toBeLessThanOrEqual(4 + 32)
    expect(sentinels.filter(({ isConnected }) => isConnected)).toHaveLength(4)
    expect(held(watcher)).toEqual(truth())
  })

  test.each(['0.0.0.0', '::'])('one that announces %s is refused, and reported', async (host) => {
    const { liar, watcher, recording } = await withLiar(({ sentinel }) => {
      sentinel.masters = { 'shard-1': { address: node(host, truth().port), epoch: 99 } }
    })
    await using _liar = liar
    await using _watcher = watcher
    await watcher.start()
    await pollsOf(watcher, liar)
    expect(addressesIn(recording.snapshots)).toEqual(new Set([formatAddress(truth())]))
    expect(inspect(recording.events, { depth: 5 })).toContain(
      'which is the machine of whoever dials it',
    )
  })

  test('one that claims another master is believed until that master fails its ROLE check', async () => {
    const replica = fleet.replicas()[0]!.address
    const { liar, watcher } = await withLiar(({ sentinel }) => {
      sentinel.masters = { 'shard-1': { address: replica, epoch: 7 } }
    })
    await using _liar = liar
    await using _watcher = watcher
    await watcher.start()
    expect(held(watcher)).toEqual(replica)
    // What a client does that finds a replica there.
    watcher.reportMasterRejected('shard-1', replica)
    await eventually(() => expect(held(watcher)).toEqual(truth()))
    watcher.requestRefresh()
    await eventually(() => {
      const polls = liar.sentinel.heard.filter((text) => text === 'SENTINEL MASTERS')
      expect(polls.length).toBeGreaterThan(4)
    })
    expect(held(watcher)).toEqual(truth())
  })
})

test('one that clings to the master before with a huge epoch does not turn a failover back', async () => {
  await using fleet = await startFleet({ downAfter: 5000 })
  await using liar = await RespServer.start()
  const old = fleet.master()
  liar.sentinel.masters = { 'shard-1': { address: old.address, epoch: 1_000_000 } }
  const sentinels = [liar.sentinel.address, ...fleet.sentinels]
  await using watcher = new SentinelWatcher({ sentinels, timeout: 2000 })
  const { events } = record(watcher)
  await watcher.start()
  await fleet.failover()
  const next = await fleet.waitForMaster('shard-1', { not: old })
  const master = () => watcher.topology!.shards.get('shard-1')!.master
  await eventually(() => expect(master()).toEqual(next.address))
  await eventually(() => expect(events.map(({ name }) => name)).toContain('masterSwitched'))
  watcher.requestRefresh()
  expect(master()).toEqual(next.address)
})

test('a Sentinel of another deployment, at an address that was ours, is outvoted with its company', async () => {
  await using fleet = await startFleet({ downAfter: 5000 })
  await using foreign = await startFleet({ downAfter: 5000 })
  // Its epoch is higher than ours.
  const before = foreign.master()
  await foreign.failover()
  await foreign.waitForMaster('shard-1', { not: before })
  const sentinels = [foreign.sentinel(1).address, ...fleet.sentinels]
  await using watcher = new SentinelWatcher({ sentinels, timeout: 2000 })
  const { snapshots } = record(watcher)
  await watcher.start()
  await eventually(() => {
    watcher.requestRefresh()
    const connected = watcher.topology!.sentinels.filter(({ isConnected }) => isConnected)
    expect(connected).toHaveLength(6)
  })
  const addresses = snapshots.map(({ shards }) => shards.get('shard-1')!.master)
  expect(new Set(addresses.map(formatAddress))).toEqual(
    new Set([formatAddress(fleet.master().address)]),
  )
})

describe('alone', () => {
  const alone = async (prepare: (liar: RespServer) => void) => {
    const liar = await RespServer.start()
    liar.sentinel.masters = { 'shard-1': { address: node('127.0.0.1'), epoch: 0 } }
    prepare(liar)
    const watcher = new SentinelWatcher({
      sentinels: [liar.sentinel.address],
      username: 'me',
      password: 'secret-word',
      startTimeout: 2000,
    })
    return { liar, watcher }
  }

  test('one that repeats the password in its errors does not get it into ours', async () => {
    const echo =
      "-ERR unknown command 'HELLO', with args beginning with: '3' 'AUTH' 'secret-word'\r\n"
    const { liar, watcher } = await alone((it) => {
      it.raw = ([name]) => (/^(hello|auth)$/i.test(name!) ? echo : undefined)
    })
    await using _liar = liar
    await using _watcher = watcher
    const { events } = record(watcher)
    const error = await watcher.start().catch((reason) => reason)
    expect(error.code).toBe('DISREDIS_SENTINELS_UNREACHABLE')
    expect(codesOf(events)).toEqual(['DISREDIS_NOT_A_SENTINEL'])
    expect(inspect([error, events], { depth: 20, showHidden: true })).not.toContain('secret-word')
  })

  test('one without RESP3 is refused with what is needed', async () => {
    const { liar, watcher } = await alone((it) => {
      it.raw = ([name, ...channels]) => {
        if (/^hello$/i.test(name!)) return '-NOPROTO unsupported protocol version\r\n'
        if (/^auth$/i.test(name!)) return '+OK\r\n'
        if (!/^subscribe$/i.test(name!)) return undefined
        return channels.map((channel, index) => encode(['subscribe', channel, index + 1])).join('')
      }
    })
    await using _liar = liar
    await using _watcher = watcher
    const error = await watcher.start().catch((reason) => reason)
    expect(error.errors[0].message).toContain('does not speak RESP3; Redis 6.2 or newer is needed')
  })

  test('its events are heard on the connection that asks', async () => {
    const { liar, watcher } = await alone(() => undefined)
    await using _liar = liar
    await using _watcher = watcher
    await watcher.start()
    const { snapshots } = record(watcher)
    liar.sentinel.masters = { 'shard-1': { address: node('127.0.0.1', 7000), epoch: 1 } }
    liar.publish('+switch-master', 'shard-1 127.0.0.1 6379 127.0.0.1 7000')
    await eventually(() =>
      expect(snapshots.at(-1)?.shards.get('shard-1')).toMatchObject({
        master: node('127.0.0.1', 7000),
        configEpoch: 1,
      }),
    )
    expect(liar.connections).toBe(1)
  })
})
