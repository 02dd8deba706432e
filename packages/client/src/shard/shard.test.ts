import type { Address, FailoverTopology } from '@disredis/sentinel'
import { describe, expect, test } from 'vitest'
import { FakeNode } from '../../test-support/fake-node.js'
import { ManualRuntime } from '../../test-support/manual-runtime.js'
import { testCommand } from '../../test-support/test-command.js'
import { WriteBatch } from '../connection/write-batch.js'
import { FailoverAbortedError } from '../errors.js'
import { Ticker } from '../queueing/ticker.js'
import { LeftMasters } from './left-masters.js'
import { Shard } from './shard.js'

/** The Sentinel that leads failovers here. */
const leader: Address = { host: '127.0.0.1', port: 26379 }

/** A shard with an old master and a replica that Sentinel may promote. */
async function world(openOn: 'confirmed' | 'proven' = 'confirmed') {
  const it = makeWorld(openOn)
  it.shard.start()
  await it.runtime.advance(1)
  return it
}

function makeWorld(openOn: 'confirmed' | 'proven' = 'confirmed') {
  const runtime = new ManualRuntime()
  const old = new FakeNode(1, true, runtime.now)
  const promoted = new FakeNode(2, false, runtime.now)
  const nodes = [old, promoted]
  const events: string[] = []
  const failover: { now: FailoverTopology | undefined } = { now: undefined }
  const sentinels = { areInReach: true }
  const replicas = [promoted.address]
  const followers = new Set<number>()
  let named: Address = old.address
  const leftMasters = new LeftMasters((address) => followers.has(address.port))
  const make = (isLane: boolean) =>
    new Shard(
      's',
      {
        isLane,
        queue: { maxCommands: 100, maxBytes: 1_000_000 },
        gate: { timeout: 10_000, probeInterval: 10, openOn },
        longestWait: () => 0,
        silenceTimeout: 200,
        livenessTimeout: 1000,
        connectTimeout: 1000,
      },
      {
        runtime,
        batch: new WriteBatch(runtime),
        ticker: new Ticker(runtime),
        dial: (address) => nodes.find((node) => node.address.port === address.port)!.dial(),
        masterAddress: () => named,
        failover: () => failover.now,
        areSentinelsInReach: () => sentinels.areInReach,
        isSentinelInReach: () => sentinels.areInReach,
        translate: (address) => address,
        replicas: () => replicas,
        leftMasters,
        requestRefresh: () => {},
        reportMasterRejected: () => {},
        reportMasterFound: () => {},
        emit: (name) => events.push(name),
        onHopeless: () => {},
        onServing: () => {},
      },
    )
  const shard = make(false)
  const name = (address: Address) => {
    named = address
    shard.masterMoved()
  }
  const write = (timeout = 60_000) => {
    const command = testCommand('incr', ['n'], { timeout })
    shard.flow.send(command)
    return command
  }
  return {
    runtime,
    old,
    promoted,
    shard,
    events,
    failover,
    sentinels,
    replicas,
    followers,
    openLane: () => make(true),
    name,
    write,
  }
}

type World = ReturnType<typeof makeWorld>

/** A planned failover up to the proof: announced, selected, promoted. */
async function prove({ runtime, old, promoted, shard }: World) {
  shard.failoverStarted(old.address, leader)
  shard.replicaSelected(promoted.address, old.address, leader)
  await runtime.advance(30)
  promoted.isMaster = true
  await runtime.advance(20)
}

/** The same up to Sentinel's `+promoted-slave`; `+switch-master` is still to come. */
async function failOver(it: World) {
  await prove(it)
  it.shard.replicaPromoted(it.promoted.address)
  await it.runtime.advance(20)
}

test('a promotion that is proven but not announced may be undone: writes wait for the word of Sentinel', async () => {
  const it = await world()
  await prove(it)
  const held = it.write()
  await it.runtime.advance(500)
  expect(it.shard.phase).toBe('gated')
  it.promoted.isMaster = false
  it.shard.failoverAborted('slave-timeout', leader, new FailoverAbortedError('undone'))
  expect(it.old.connection.written).toEqual([held])
})

test('a write whose deadline passed while the event loop was held up is not sent to a master that is heard of first', async () => {
  const it = await world()
  await prove(it)
  const [overdue, inTime] = [it.write(700), it.write(5_000)]
  await it.runtime.advance(100)
  it.runtime.stall(2_000)
  it.shard.failoverAborted('slave-timeout', leader, new FailoverAbortedError('undone'))
  await expect(overdue.promise).rejects.toMatchObject({
    code: 'DISREDIS_COMMAND_TIMEOUT',
    mayHaveExecuted: false,
  })
  expect(it.old.connection.written).toEqual([inTime])
})

test('a node that is replaced itself when it is promoted takes no writes', async () => {
  const it = await world()
  await prove(it)
  const held = it.write()
  it.name(it.promoted.address)
  const sentinel = { id: 's1', address: leader }
  it.failover.now = { sentinel, master: it.promoted.address, replica: it.old.address }
  it.shard.failoverStarted(it.promoted.address, leader)
  await it.runtime.advance(50)
  expect(it.shard.phase).toBe('gated')
  expect(it.events.slice(-2)).toEqual(['failoverCompleted', 'failoverStarted'])
  expect(it.promoted.connection.written).toEqual([])
  it.failover.now = undefined
  it.shard.failoverAborted('slave-timeout', leader, new FailoverAbortedError('undone'))
  expect(it.promoted.connection.written).toEqual([held])
})

test('asked to open on the proof, it does', async () => {
  const it = await world('proven')
  await prove(it)
  const command = it.write()
  expect(it.promoted.connection.written).toEqual([command])
})

test('a master that was lost is replaced at the proof, before any word of Sentinel', async () => {
  const it = await world()
  it.old.connection.destroy()
  await it.runtime.advance(1)
  const waiting = it.write()
  await prove(it)
  expect(it.promoted.connection.written).toEqual([waiting])
})

test('+switch-master is the word of Sentinel too', async () => {
  const it = await world()
  await prove(it)
  it.name(it.promoted.address)
  await it.runtime.advance(20)
  expect(it.shard.health().master).toEqual(it.promoted.address)
  expect(it.shard.phase).toBe('ready')
})

test('writes are held from the announcement to the proof, then written to the promoted node in order', async () => {
  const it = await world()
  const before = it.write()
  it.shard.failoverStarted(it.old.address, leader)
  const held = [it.write(), it.write()]
  expect(it.old.connection.written).toEqual([before])
  await failOver(it)
  expect(it.promoted.connection.written).toEqual(held)
  expect(it.events).toEqual(['failoverStarted', 'failoverCompleted'])
})

test('a snapshot that still names the old master after an adoption by proof is no news', async () => {
  const it = await world()
  await failOver(it)
  it.name(it.old.address)
  expect(it.shard.phase).toBe('ready')
  const command = it.write()
  expect(it.promoted.connection.written).toContain(command)
  it.name(it.promoted.address)
  expect(it.shard.phase).toBe('ready')
})

test('an announcement that comes late, of a master that was left, is ignored', async () => {
  const it = await world()
  await failOver(it)
  it.shard.failoverStarted(it.old.address, leader)
  expect(it.shard.phase).toBe('ready')
})

test('writes are held when Sentinel names another master, and go on when it takes that back', async () => {
  const it = await world()
  it.name(it.promoted.address)
  expect(it.shard.phase).toBe('gated')
  const held = it.write()
  await it.runtime.advance(100)
  expect(it.old.connection.written).toEqual([])
  it.name(it.old.address)
  expect(it.shard.phase).toBe('ready')
  expect(it.old.connection.written).toEqual([held])
})

test('a Sentinel that names the present master does not end a failover that its leader says is under way', async () => {
  const it = await world()
  const sentinel = { id: 's1', address: leader }
  it.failover.now = { sentinel, master: it.old.address, replica: it.promoted.address }
  it.shard.failoverStarted(it.old.address, leader)
  it.name(it.promoted.address)
  it.name(it.old.address)
  it.write()
  expect(it.shard.phase).toBe('gated')
  expect(it.old.connection.written).toEqual([])
})

describe('a Sentinel that gives up does not end the failover of another one', () => {
  const other: Address = { host: '127.0.0.1', port: 26380 }
  const error = new FailoverAbortedError('given up')

  test('that is out of reach', async () => {
    const it = await world()
    it.shard.failoverStarted(it.old.address, leader)
    it.sentinels.areInReach = false
    it.shard.failoverAborted('not-elected', other, error)
    const held = it.write()
    expect(it.shard.phase).toBe('gated')
    it.shard.failoverAborted('slave-timeout', leader, error)
    expect(it.old.connection.written).toEqual([held])
  })

  test('that was out of reach before it began its own', async () => {
    const it = await world()
    it.shard.failoverStarted(it.old.address, leader)
    it.sentinels.areInReach = false
    it.shard.failoverStarted(it.old.address, other)
    it.shard.failoverAborted('no-good-slave', other, error)
    expect(it.shard.phase).toBe('gated')
  })
})

test('a failover that is aborted leaves the old master in service', async () => {
  const it = await world()
  it.shard.failoverStarted(it.old.address, leader)
  const held = it.write()
  it.shard.failoverAborted('no-good-slave', leader, new FailoverAbortedError('no replica'))
  expect(it.old.connection.written).toEqual([held])
})

test('a gate whose end is never heard of opens after its timeout', async () => {
  const it = await world()
  it.shard.failoverStarted(it.old.address, leader)
  const held = it.write()
  await it.runtime.advance(9_000)
  expect(it.old.connection.written).toEqual([])
  await it.runtime.advance(1_000)
  expect(it.events).toEqual(['failoverStarted', 'failoverAborted'])
  expect(it.old.connection.written).toEqual([held])
})

test('what a replaced master acknowledges after the swap does not count', async () => {
  const it = await world()
  const underWay = it.write()
  await failOver(it)
  await expect(underWay.promise).rejects.toMatchObject({ code: 'DISREDIS_OUTCOME_UNKNOWN' })
  expect(it.old.connection.isClosed).toBe(true)
})

test('a master that was lost is not dialled while it is failed over', async () => {
  const it = await world()
  it.shard.failoverStarted(it.old.address, leader)
  it.old.connection.destroy()
  await it.runtime.advance(5_000)
  expect(it.old.connections).toHaveLength(1)
  expect(it.shard.phase).toBe('gated')
})

test('a silent connection gets no more commands, and a second one that answers takes its place', async () => {
  const it = await world()
  const unanswered = it.write()
  await it.runtime.advance(300)
  const queued = it.write()
  expect(it.old.connection.written).toEqual([unanswered])
  const [silent] = it.old.connections
  await it.runtime.advance(1_000)
  expect(it.old.connections).toHaveLength(2)
  expect(silent?.isClosed).toBe(true)
  await expect(unanswered.promise).rejects.toMatchObject({ code: 'DISREDIS_OUTCOME_UNKNOWN' })
  expect(it.old.connection.written).toEqual([queued])
})

describe('a shard that is down with a silent link, whose node answers on another one', () => {
  const lives = 'id=1 idle=0 flags=N'

  async function down() {
    const it = await world()
    it.old.isReachable = false
    it.write(60_000)
    await it.runtime.advance(3_000)
    expect(it.shard.phase).toBe('down')
    it.old.isReachable = true
    return { ...it, link: it.old.connection }
  }

  test('dials again when the link is lost while its node is asked for it', async () => {
    const { old, link, shard, runtime } = await down()
    Object.defineProperty(old, 'clientList', {
      get() {
        link.destroy()
        return lives
      },
    })
    await runtime.advance(3_000)
    expect(link.isClosed).toBe(true)
    expect(shard.phase).toBe('ready')
  })

  test('asks again when the link lives, and is as silent as before', async () => {
    const { old, link, shard, runtime } = await down()
    old.clientList = lives
    await runtime.advance(3_000)
    expect(shard.phase).toBe('down')
    old.clientList = ''
    await runtime.advance(3_000)
    expect(link.isClosed).toBe(true)
    expect(shard.phase).toBe('ready')
  })
})

test('a connection is not silent for as long as its way takes', async () => {
  const it = await world()
  it.old.connection.roundTrip = 300
  const commands = [it.write()]
  await it.runtime.advance(400)
  commands.push(it.write())
  expect(it.old.connection.written).toEqual(commands)
  await it.runtime.advance(200)
  it.write()
  expect(it.old.connection.written).toEqual(commands)
})

test('reads of a lost connection are written to the next one before what came later', async () => {
  const it = await world()
  const reads = [1, 2, 3].map(() => testCommand('get', ['k'], { timeout: 60_000 }))
  for (const read of reads) it.shard.flow.send(read)
  it.old.connection.destroy()
  const later = it.write()
  await it.runtime.advance(100)
  expect(it.old.connection.written).toEqual([...reads, later])
})

test('a promoted node that drops its clients before Sentinel names it is dialled again, not the old master', async () => {
  const it = await world()
  await failOver(it)
  it.promoted.connection.destroy()
  const command = it.write()
  await it.runtime.advance(100)
  expect(it.promoted.connection.written).toEqual([command])
  expect(it.old.connections).toHaveLength(1)
})

test('the old master is dialled again when the promoted node was demoted, or is gone for long', async () => {
  for (const isGone of [true, false]) {
    const it = await world()
    await failOver(it)
    if (isGone) it.promoted.isReachable = false
    else it.promoted.isMaster = false
    it.promoted.connection.destroy()
    await it.runtime.advance(isGone ? 12_000 : 200)
    expect(it.shard.health().master).toEqual(it.old.address)
    expect(it.shard.phase).toBe('ready')
  }
})

describe('a promotion that was proven and that Sentinel never announces', () => {
  /** The old master was lost, and is back. */
  async function lapsing() {
    const it = await world()
    it.old.isReachable = false
    it.old.connection.destroy()
    await it.runtime.advance(1)
    await prove(it)
    expect(it.shard.master).toEqual(it.promoted.address)
    it.old.isReachable = true
    return it
  }

  test('is not believed for ever: the named master serves again', async () => {
    const it = await lapsing()
    await it.runtime.advance(9_000)
    expect(it.shard.master).toEqual(it.promoted.address)
    await it.runtime.advance(1_100)
    expect(it.shard.master).toEqual(it.old.address)
    expect(it.shard.phase).toBe('ready')
  })

  test('serves on while the named master does not answer', async () => {
    const it = await lapsing()
    it.old.isReachable = false
    await it.runtime.advance(15_000)
    const command = it.write()
    expect(it.promoted.connection.written).toEqual([command])
  })

  test('is left if it was silent when its time was over, and answers again', async () => {
    const it = await lapsing()
    it.promoted.isReachable = false
    it.old.isReachable = false
    it.write()
    await it.runtime.advance(12_000)
    expect(it.shard.phase).toBe('down')
    const { connection } = it.promoted
    connection.isSilent = false
    connection.inFlight = 0
    it.shard.connectionChanged(connection)
    expect(it.shard.master).toEqual(it.promoted.address)
    it.old.isReachable = true
    await it.runtime.advance(11_000)
    expect(it.shard.master).toEqual(it.old.address)
  })

  test('is believed while the failover is under way, and while the Sentinels are out of reach', async () => {
    const it = await lapsing()
    const sentinel = { id: 's1', address: leader }
    it.failover.now = { sentinel, master: it.old.address, replica: it.promoted.address }
    await it.runtime.advance(15_000)
    expect(it.shard.master).toEqual(it.promoted.address)
    it.failover.now = undefined
    it.sentinels.areInReach = false
    await it.runtime.advance(15_000)
    expect(it.shard.master).toEqual(it.promoted.address)
    it.sentinels.areInReach = true
    await it.runtime.advance(10_000)
    expect(it.shard.master).toEqual(it.old.address)
  })

  test('leaves no timer when the shard is closed', async () => {
    const it = await lapsing()
    it.shard.close()
    await it.runtime.advance(1)
    expect(it.runtime.timers).toBe(0)
  })
})

test('a shard that is down tells why Sentinel does not replace its master, until one serves', async () => {
  const it = await world()
  it.old.isReachable = false
  it.old.connection.destroy()
  await it.runtime.advance(100)
  const error = new FailoverAbortedError('2 of 4 Sentinels answer')
  it.shard.failoverAborted('not-elected', leader, error)
  expect(it.events).toContain('failoverAborted')
  const command = it.write(500)
  const rejected = expect(command.promise).rejects.toMatchObject({
    code: 'DISREDIS_SHARD_DOWN',
    message: expect.stringContaining('2 of 4 Sentinels answer'),
    cause: error,
  })
  await it.runtime.advance(600)
  await rejected
  it.old.isReachable = true
  await it.runtime.advance(2_000)
  expect(it.shard.health()).toMatchObject({ phase: 'ready', lastError: undefined })
})

test('a master that loads its data gets nothing before it has: it would refuse one write and take the next', async () => {
  const it = await world()
  it.old.isLoading = true
  it.old.connection.destroy()
  const waiting = [it.write(), it.write()]
  await it.runtime.advance(1_000)
  expect(it.old.connections).toHaveLength(2)
  expect(it.old.connection.written).toEqual([])
  expect(it.shard.health()).toMatchObject({
    phase: 'down',
    lastError: {
      code: 'DISREDIS_CONNECTION',
      message: expect.stringContaining('is loading its data'),
    },
  })
  it.old.isLoading = false
  await it.runtime.advance(100)
  expect(it.old.connections).toHaveLength(2)
  expect(it.old.connection.written).toEqual(waiting)
})

test('a shard that is closed asks a master that loads its data no more', async () => {
  const it = await world()
  it.old.isLoading = true
  it.old.connection.destroy()
  await it.runtime.advance(500)
  it.shard.close()
  await it.runtime.advance(1)
  expect(it.old.connection.isClosed).toBe(true)
  expect(it.runtime.timers).toBe(0)
})

describe('a lane that is opened when the Sentinel that leads is out of reach', () => {
  test('waits for the end of its failover, as its shard does', async () => {
    const it = await world()
    it.shard.failoverStarted(it.old.address, leader)
    it.shard.replicaSelected(it.promoted.address, it.old.address, leader)
    const lane = it.openLane()
    lane.start(it.shard)
    await it.runtime.advance(100)
    expect([it.shard.phase, lane.phase]).toEqual(['gated', 'gated'])
    it.promoted.isMaster = true
    await it.runtime.advance(50)
    lane.replicaPromoted(it.promoted.address)
    await it.runtime.advance(50)
    expect(lane.master).toEqual(it.promoted.address)
  })

  test('dials the node that its shard has proved, not the one that is still named', async () => {
    const it = await world('proven')
    await prove(it)
    expect(it.shard.master).toEqual(it.promoted.address)
    const lane = it.openLane()
    lane.start(it.shard)
    await it.runtime.advance(50)
    expect([lane.phase, lane.master]).toEqual(['ready', it.promoted.address])
  })
})

describe('a shard that starts while its master is replaced', () => {
  /** What a client finds that did not hear of the election. */
  async function late() {
    const it = makeWorld()
    const sentinel = { id: 's1', address: leader }
    it.failover.now = { sentinel, master: it.old.address, replica: it.promoted.address }
    it.shard.start()
    await it.runtime.advance(30)
    return it
  }

  test('gives the old master nothing, and waits for the word of Sentinel', async () => {
    const it = await late()
    const waiting = it.write()
    expect(it.old.connections).toEqual([])
    it.promoted.isMaster = true
    await it.runtime.advance(100)
    expect(it.shard.phase).toBe('gated')
    it.shard.replicaPromoted(it.promoted.address)
    await it.runtime.advance(20)
    expect(it.promoted.connection.written).toEqual([waiting])
    expect(it.events).toEqual(['failoverStarted'])
  })

  test('dials the old master when the failover is given up', async () => {
    const it = await late()
    const waiting = it.write()
    it.failover.now = undefined
    it.shard.failoverAborted('unannounced', leader, new FailoverAbortedError('given up'))
    await it.runtime.advance(100)
    expect(it.old.connection.written).toEqual([waiting])
  })
})

describe('a reply of a master that is being replaced', () => {
  const answer = (node: FakeNode, index = 0) => node.connection.written[index]!.onReply(1)

  async function gated() {
    const it = await world()
    const write = it.write()
    await it.runtime.advance(1)
    it.old.offset = 500
    it.old.replicas = [{ address: it.promoted.address, offset: 400 }]
    it.shard.failoverStarted(it.old.address, leader)
    answer(it.old)
    await it.runtime.advance(50)
    return { ...it, command: write }
  }

  test('is withheld, and accepted when the chosen replica has acknowledged the write', async () => {
    const { command, shard, old, promoted, runtime } = await gated()
    shard.replicaSelected(promoted.address, old.address, leader)
    await runtime.advance(50)
    expect(command.isSettled).toBe(false)
    old.replicas = [{ address: promoted.address, offset: 500 }]
    await runtime.advance(50)
    await expect(command.promise).resolves.toBe(1)
  })

  test('is not proven by another replica than the chosen one', async () => {
    const { command, shard, old, promoted, runtime } = await gated()
    const other = { host: 'fake', port: 9 }
    old.replicas = [
      { address: other, offset: 500 },
      { address: promoted.address, offset: 400 },
    ]
    shard.replicaSelected(promoted.address, old.address, leader)
    await runtime.advance(500)
    expect(command.isSettled).toBe(false)
  })

  test('is proven by the only replica under another name than that of Sentinel', async () => {
    const { command, shard, old, promoted, runtime } = await gated()
    old.replicas = [{ address: { host: 'by-its-own-name', port: 9 }, offset: 500 }]
    shard.replicaSelected(promoted.address, old.address, leader)
    await runtime.advance(50)
    await expect(command.promise).resolves.toBe(1)
  })

  test('is proven by the replicas of all Sentinels that lead: each may be the one that is promoted', async () => {
    const { command, shard, old, promoted, runtime } = await gated()
    const second: Address = { host: '127.0.0.1', port: 26380 }
    const other = { host: 'fake', port: 9 }
    shard.replicaSelected(promoted.address, old.address, leader)
    shard.failoverStarted(old.address, second)
    old.replicas = [
      { address: other, offset: 500 },
      { address: promoted.address, offset: 500 },
    ]
    await runtime.advance(50)
    expect(command.isSettled).toBe(false)
    old.replicas = [
      { address: other, offset: 500 },
      { address: promoted.address, offset: 400 },
    ]
    await runtime.advance(50)
    shard.replicaSelected(other, old.address, second)
    await runtime.advance(50)
    expect(command.isSettled).toBe(false)
    old.replicas = [
      { address: other, offset: 500 },
      { address: promoted.address, offset: 500 },
    ]
    await runtime.advance(50)
    await expect(command.promise).resolves.toBe(1)
  })

  test('is not proven by the replica that is chosen in the next failover, of its successor', async () => {
    const { command, shard, old, promoted, runtime } = await gated()
    const other = { host: 'fake', port: 9 }
    old.replicas = [{ address: other, offset: 500 }]
    shard.replicaPromoted(promoted.address)
    shard.failoverStarted(promoted.address, leader)
    shard.replicaSelected(other, promoted.address, leader)
    await runtime.advance(50)
    expect(command.isSettled).toBe(false)
  })

  test('is not proven by the only replica that follows, when Sentinel knows it and chose another node', async () => {
    const { command, shard, old, promoted, runtime, replicas } = await gated()
    const other = { host: 'fake', port: 9 }
    replicas.splice(0, 1, other)
    old.replicas = [{ address: other, offset: 500 }]
    shard.replicaSelected(promoted.address, old.address, leader)
    await runtime.advance(500)
    expect(command.isSettled).toBe(false)
  })

  test('is accepted when the failover is given up: the master stays master', async () => {
    const { command, shard } = await gated()
    shard.failoverAborted('not-elected', leader, new FailoverAbortedError('given up'))
    await expect(command.promise).resolves.toBe(1)
  })

  test('leaves the outcome unknown when the Sentinels take back that another node is the master', async () => {
    const { command, name, old, promoted } = await gated()
    name(promoted.address)
    name(old.address)
    await expect(command.promise).rejects.toMatchObject({ code: 'DISREDIS_OUTCOME_UNKNOWN' })
  })

  test('leaves the outcome unknown when the promoted node serves', async () => {
    const { command, shard, promoted, runtime } = await gated()
    promoted.isMaster = true
    shard.replicaPromoted(promoted.address)
    await runtime.advance(50)
    await expect(command.promise).rejects.toMatchObject({
      code: 'DISREDIS_OUTCOME_UNKNOWN',
      mayHaveExecuted: true,
    })
  })

  test('leaves the outcome unknown at the deadline', async () => {
    const it = await world()
    const command = it.write(300)
    await it.runtime.advance(1)
    it.shard.failoverStarted(it.old.address, leader)
    answer(it.old)
    await it.runtime.advance(400)
    await expect(command.promise).rejects.toMatchObject({ code: 'DISREDIS_OUTCOME_UNKNOWN' })
  })
})

test('a gate stays closed as long as the Sentinels say that the failover is under way', async () => {
  const it = await world()
  it.failover.now = {
    sentinel: { id: 's', address: leader },
    master: it.old.address,
    replica: it.promoted.address,
  }
  it.shard.failoverStarted(it.old.address, leader)
  await it.runtime.advance(35_000)
  expect(it.shard.phase).toBe('gated')
  it.failover.now = undefined
  await it.runtime.advance(10_000)
  expect(it.shard.phase).toBe('ready')
})

test('a gate does not open to a master that says it is a replica before it says master again', async () => {
  for (const end of ['aborted', 'timeout'] as const) {
    const it = await world()
    const [connection] = it.old.connections
    it.shard.failoverStarted(it.old.address, leader)
    it.old.isMaster = false
    await it.runtime.advance(100)
    const held = it.write()
    if (end === 'timeout') await it.runtime.advance(10_000)
    else it.shard.failoverAborted('slave-timeout', leader, new FailoverAbortedError('given up'))
    expect(it.shard.phase).toBe('down')
    await it.runtime.advance(500)
    expect(connection!.isClosed).toBe(true)
    expect(connection!.written).toEqual([])
    it.old.isMaster = true
    await it.runtime.advance(2_000)
    expect(it.old.connections.flatMap(({ written }) => written)).toEqual([held])
  }
})

test('a master that says it is a replica after the failover was given up is left', async () => {
  const it = await world()
  const [connection] = it.old.connections
  let answer = () => {}
  const asked = new Promise<void>((resolve) => {
    answer = resolve
  })
  const { askRole } = connection!
  connection!.askRole = () => asked.then(() => askRole.call(connection))
  it.shard.failoverStarted(it.old.address, leader)
  it.shard.failoverAborted('no-good-slave', leader, new FailoverAbortedError('given up'))
  expect(it.shard.phase).toBe('ready')
  it.old.isMaster = false
  answer()
  await it.runtime.advance(20)
  expect(it.shard.phase).toBe('down')
  const command = it.write()
  expect(connection!.written).not.toContain(command)
})

test('a master that says it is a replica is left for the promoted node at its proof', async () => {
  const it = await world()
  it.shard.failoverStarted(it.old.address, leader)
  it.shard.replicaSelected(it.promoted.address, it.old.address, leader)
  it.promoted.isMaster = true
  await it.runtime.advance(100)
  expect(it.shard.phase).toBe('gated')
  it.old.isMaster = false
  await it.runtime.advance(100)
  expect(it.shard.phase).toBe('ready')
  expect(it.shard.master).toEqual(it.promoted.address)
})

describe('a master that was left and is chosen again, of a successor that is lost', () => {
  /** Nobody has made the old master a replica. */
  async function chooseAgain(it: World) {
    it.promoted.connection.destroy()
    it.promoted.isReachable = false
    it.shard.failoverStarted(it.promoted.address, leader)
    it.shard.replicaSelected(it.old.address, it.promoted.address, leader)
    await it.runtime.advance(100)
  }

  async function leave() {
    const it = await world()
    await prove(it)
    it.name(it.promoted.address)
    await it.runtime.advance(20)
    expect(it.shard.health().master).toEqual(it.promoted.address)
    return it
  }

  test('proves nothing by saying master: it was never anything else', async () => {
    const it = await leave()
    await chooseAgain(it)
    const held = it.write()
    await it.runtime.advance(100)
    expect(it.shard.phase).toBe('gated')
    it.shard.replicaPromoted(it.old.address)
    await it.runtime.advance(20)
    expect(it.old.connection.written).toEqual([held])
  })

  test('proves nothing to a lane that was opened later either', async () => {
    const it = await leave()
    it.promoted.isReachable = false
    const lane = it.openLane()
    lane.start(it.shard)
    await it.runtime.advance(20)
    lane.failoverStarted(it.promoted.address, leader)
    lane.replicaSelected(it.old.address, it.promoted.address, leader)
    await it.runtime.advance(200)
    expect(lane.phase).toBe('gated')
  })

  test('serves when Sentinel names it again', async () => {
    const it = await leave()
    await chooseAgain(it)
    it.name(it.old.address)
    await it.runtime.advance(20)
    expect(it.shard.health().master).toEqual(it.old.address)
    expect(it.shard.phase).toBe('ready')
  })

  test('proves its promotion if it said in between that it is a replica', async () => {
    const it = await leave()
    it.old.isMaster = false
    await chooseAgain(it)
    it.old.isMaster = true
    await it.runtime.advance(20)
    expect(it.shard.phase).toBe('ready')
  })

  test('proves its promotion if Sentinel has seen it follow its successor', async () => {
    const it = await leave()
    it.followers.add(it.old.address.port)
    it.shard.masterMoved()
    it.followers.clear()
    await chooseAgain(it)
    expect(it.shard.phase).toBe('ready')
  })
})
