import { channel, subscribe, unsubscribe } from 'node:diagnostics_channel'
import { type Fleet, startFleet } from '@disredis/fleet'
import { afterEach, describe, expect, test, vi } from 'vitest'
import {
  AuthenticationError,
  DIAL_CHANNEL,
  type DialMessage,
  Disredis,
  EVENT_CHANNEL,
  GATE_CHANNEL,
  type GateMessage,
  PLACEMENT_CHANNEL,
  type PlacementMessage,
  QUEUE_CHANNEL,
  type QueueMessage,
  RETRY_CHANNEL,
  type RetryMessage,
  SENTINEL_CHANNEL,
  type SentinelMessage,
  SWAP_CHANNEL,
  type SwapMessage,
} from '../src/index.js'

const cleanUps: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp()
})

async function start(options: Parameters<typeof startFleet>[0]): Promise<Fleet> {
  const fleet = await startFleet({ downAfter: 60_000, ...options })
  cleanUps.push(() => fleet.close())
  return fleet
}

async function connect(...options: Parameters<typeof Disredis.connect>): Promise<Disredis> {
  const redis = await Disredis.connect(...options)
  cleanUps.push(() => redis.close())
  return redis
}

/** What is told on a channel from now on; it grows. */
function hear<Message>(name: string): readonly Message[] {
  const heard: Message[] = []
  const listener = (message: unknown) => void heard.push(message as Message)
  subscribe(name, listener)
  cleanUps.push(() => void unsubscribe(name, listener))
  return heard
}

const one = { masters: 1, replicas: 0, sentinels: 1 }

test('nobody listens: nothing is told, and no message is made', async () => {
  const fleet = await start({ masters: 1, replicas: 1, sentinels: 3 })
  const publish = vi.spyOn(Object.getPrototypeOf(channel('nobody')), 'publish')
  cleanUps.push(() => publish.mockRestore())
  const redis = await connect({ sentinels: fleet.sentinels })
  const completed = new Promise((resolve) => redis.once('failoverCompleted', resolve))
  await Promise.all([completed, fleet.failover()])
  await redis.set('k', 'v')
  expect(publish).not.toHaveBeenCalled()
  const heard = hear(SWAP_CHANNEL)
  await connect({ sentinels: fleet.sentinels })
  expect(heard).not.toEqual([])
})

describe('dials', () => {
  test('are told step by step, and the end of the connection', async () => {
    const fleet = await start({ ...one, password: 'secret' })
    const heard = hear<DialMessage>(DIAL_CHANNEL)
    const redis = await connect({ sentinels: fleet.sentinels, password: 'secret' })
    const { address } = fleet.master()
    const id = await redis.client('ID')
    // Not of the connection that is kept ready for commands that wait.
    const isOther = (it: DialMessage) => 'id' in it && it.id !== id
    const mine = () => heard.filter((it) => it.address.port === address.port && !isOther(it))
    const steps = mine().map(({ step }) => step)
    expect([...new Set(steps)]).toEqual(['connect', 'handshake', 'ready'])
    expect(mine().find(({ step }) => step === 'ready')).toMatchObject({
      ...{ address, id, server: expect.stringMatching(/redis|valkey/) },
    })
    for (const { duration } of heard) expect(duration).toBeGreaterThanOrEqual(0)
    const killed = new Promise((resolve) => redis.once('shardDown', resolve))
    await fleet.master().command('CLIENT', 'KILL', 'ID', String(id))
    await killed
    const closed = mine().find(({ step }) => step === 'closed')
    expect(closed).toMatchObject({ address, id, error: undefined })
    // Those to Sentinels as well.
    expect(heard).toContainEqual(
      expect.objectContaining({ step: 'ready', address: fleet.sentinel(1).address }),
    )
  })

  test('that fail say at which stage and why, without the password', async () => {
    const fleet = await start({ ...one, password: 'right' })
    const heard = hear<DialMessage>(DIAL_CHANNEL)
    const opened = Disredis.connect({ sentinels: fleet.sentinels, password: 'the wrong one' })
    await expect(opened).rejects.toBeInstanceOf(AuthenticationError)
    const failed = heard.find(({ step }) => step === 'failed')
    expect(failed).toMatchObject({ address: fleet.master().address, stage: 'handshake' })
    expect(failed).toHaveProperty('error.message', expect.stringContaining('WRONGPASS'))
    expect(JSON.stringify(heard, Object.keys)).not.toContain('the wrong one')
    for (const message of heard) expect(String(Object.values(message))).not.toContain('wrong one')
  })
})

test('a failover is told as gate, queue, swap and event, in this order', async () => {
  const fleet = await start({ masters: 1, replicas: 1, sentinels: 3 })
  const redis = await connect({ sentinels: fleet.sentinels })
  const from = fleet.master().address
  const all: unknown[] = []
  const names = [GATE_CHANNEL, QUEUE_CHANNEL, SWAP_CHANNEL, EVENT_CHANNEL]
  for (const name of names) {
    const listener = (message: unknown) => {
      const { isLane, step, name: event } = message as Record<string, unknown>
      if (isLane !== true && event !== 'topologyChanged')
        all.push(`${name} ${step ?? event ?? ''}`.trim())
    }
    subscribe(name, listener)
    cleanUps.push(() => void unsubscribe(name, listener))
  }
  const gates = hear<GateMessage>(GATE_CHANNEL)
  const swaps = hear<SwapMessage>(SWAP_CHANNEL)
  const queues = hear<QueueMessage>(QUEUE_CHANNEL)
  const written = new Promise((resolve, reject) => {
    redis.once('failoverStarted', () => redis.set('k', 'v').then(resolve, reject))
  })
  await Promise.all([written, fleet.failover()])
  const to = fleet.master().address
  expect(all).toEqual([
    'disredis:gate closed',
    'disredis:event failoverStarted',
    'disredis:queue waiting',
    'disredis:gate opened',
    'disredis:swap',
    'disredis:event failoverCompleted',
    'disredis:queue drained',
  ])
  expect(gates.filter(({ isLane }) => !isLane)).toMatchObject([
    { shard: 'shard-1', master: from, step: 'closed' },
    { shard: 'shard-1', master: from, step: 'opened', fate: 'replaced or unknown' },
  ])
  expect(gates.filter(({ step }) => step === 'opened')[0]).toHaveProperty(
    'duration',
    expect.any(Number),
  )
  expect(swaps.filter(({ isLane }) => !isLane)).toMatchObject([
    { shard: 'shard-1', from, to, generation: 2 },
  ])
  expect(queues.filter(({ isLane }) => !isLane)).toMatchObject([
    { step: 'waiting', shard: 'shard-1', commands: 1, bytes: expect.any(Number) },
    { step: 'drained', shard: 'shard-1', commands: 0, bytes: 0 },
  ])
})

test('a full queue is told', async () => {
  const fleet = await start(one)
  const heard = hear<QueueMessage>(QUEUE_CHANNEL)
  const redis = new Disredis({ sentinels: fleet.sentinels, queue: { maxCommands: 2 } })
  cleanUps.push(() => redis.close())
  const outcomes = await Promise.allSettled([redis.get('a'), redis.get('b'), redis.get('c')])
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected'])
  expect(heard.slice(0, 2)).toMatchObject([
    { step: 'waiting', shard: undefined, commands: 1 },
    { step: 'full', shard: undefined, commands: 2 },
  ])
})

describe('retries', () => {
  test('of a read whose connection was lost', async () => {
    const fleet = await start(one)
    const redis = await connect({ sentinels: fleet.sentinels })
    const heard = hear<RetryMessage>(RETRY_CHANNEL)
    await fleet.master().pause()
    const read = redis.get('k')
    // It has left by then, and nobody answers.
    await new Promise((resolve) => setImmediate(resolve))
    await fleet.master().restart()
    expect(await read).toBeNull()
    const { address } = fleet.master()
    expect(heard).toEqual([
      { shard: 'shard-1', command: 'get', address, reason: 'LOST', mayHaveExecuted: false },
    ])
  })

  test('of what the server refused before it executed it', async () => {
    const fleet = await start({ masters: 1, replicas: 1, sentinels: 1 })
    const redis = await connect({ sentinels: fleet.sentinels })
    const heard = hear<RetryMessage>(RETRY_CHANNEL)
    const master = fleet.master()
    await master.command('CONFIG', 'SET', 'min-replicas-to-write', '5')
    const write = redis.set('k', 'v')
    await vi.waitFor(() => expect(heard).not.toEqual([]), 30_000)
    await master.command('CONFIG', 'SET', 'min-replicas-to-write', '0')
    expect(await write).toBe('OK')
    expect(heard[0]).toEqual({
      shard: 'shard-1',
      command: 'set',
      address: master.address,
      reason: 'NOREPLICAS',
      mayHaveExecuted: false,
    })
  })
})

test('links to Sentinels are told, their states, their errors, and what they publish', async () => {
  const fleet = await start({ masters: 1, replicas: 1, sentinels: 3 })
  const heard = hear<SentinelMessage>(SENTINEL_CHANNEL)
  await connect({ sentinels: fleet.sentinels })
  const sentinel = fleet.sentinel(1).address
  const of = (kind: SentinelMessage['kind']) =>
    heard.filter((it) => it.kind === kind && it.sentinel.port === sentinel.port)
  expect(of('state')).toMatchObject([
    { sentinel, state: 'connecting', error: undefined },
    { state: 'identifying' },
    { state: 'connected', id: expect.stringMatching(/^[0-9a-f]{40}$/) },
  ])
  await fleet.failover()
  await vi.waitFor(
    () =>
      expect(heard).toContainEqual(
        expect.objectContaining({ event: expect.objectContaining({ kind: 'masterSwitched' }) }),
      ),
    30_000,
  )
  await fleet.sentinel(1).kill()
  await vi.waitFor(() => expect(of('state').at(-1)).toMatchObject({ state: 'backoff' }), 30_000)
  expect(of('state').at(-1)).toHaveProperty('error.message', expect.stringContaining('127.0.0.1'))
})

test('placement records are told as they are read, and as they are written', async () => {
  const fleet = await start({ ...one, masters: 2 })
  const heard = hear<PlacementMessage>(PLACEMENT_CHANNEL)
  await connect({ sentinels: fleet.sentinels, connectionName: 'first' })
  const states = () => heard.map(({ shard, reading }) => `${shard} ${reading.state}`).sort()
  expect(states()).toEqual(['shard-1 absent', 'shard-1 same', 'shard-2 absent', 'shard-2 same'])
  const refused = Disredis.connect({
    sentinels: fleet.sentinels,
    connectionName: 'second',
    ring: { 'shard-1': 1, 'shard-2': 2 },
  })
  await expect(refused).rejects.toThrow('shard-1')
  expect(heard.at(-1)).toMatchObject({
    ring: 'default',
    reading: { state: 'differs', why: "says 'shard-1', 'shard-2'" },
  })
})
