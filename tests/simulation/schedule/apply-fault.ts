import type { Random } from '../core/random.js'
import type { Host } from '../network/host.js'
import type { RedisNode } from '../node/redis-node.js'
import { ErrorReply } from '../resp/reply.js'
import { requestFailover } from '../sentinel/request-failover.js'
import type { SentinelServer } from '../sentinel/sentinel-server.js'
import type { ClientProcess } from '../world/client-process.js'
import type { World } from '../world/world.js'
import { describeFault, type Fault } from './fault.js'

/** Puts right what a fault did. */
type Undo = () => void

/** Does it now. @returns how it is put right; undefined if there is nothing to put right */
export function applyFault(world: World, fault: Fault, random: Random): Undo | undefined {
  world.journal.write('fault', describeFault(fault))
  const [first, second] = fault.targets
  switch (fault.kind) {
    case 'plannedFailover':
    case 'coordinatedFailover':
      startFailover(world, first!, sentinelOf(world, second!), fault.kind)
      return undefined
    case 'adminFailover':
      nodeOf(world, first!)?.failover.begin(undefined, 1000)
      return undefined
    case 'replicaOf':
      promote(nodeOf(world, first!))
      return undefined
    case 'demote':
      demote(world, first!)
      return undefined
    case 'crash':
      return restartLater(nodeOf(world, first!), (node) => node.crash(random.chance(0.3)))
    case 'powerOff':
      return restartLater(nodeOf(world, first!), (node) => node.powerOff())
    case 'freeze':
      return freeze(nodeOf(world, first!)?.surroundings.host)
    case 'pauseWrites':
      nodeOf(world, first!)?.pause.begin(fault.amount, random.chance(0.3))
      return undefined
    case 'busyScript':
      return onNode(nodeOf(world, first!), (node, isOn) => {
        node.isBusy = isOn
      })
    case 'diskFull':
      return onNode(nodeOf(world, first!), (node, isOn) => {
        node.isDiskFull = isOn
      })
    case 'killClients':
      nodeOf(world, first!)?.killClients()
      return undefined
    case 'partition':
      return cutOff(world, fault.targets, 'both')
    case 'split':
      return cutOff(world, fault.targets, 'both', new Set(world.clients.map(({ host }) => host)))
    case 'cutPair':
      return cutPair(world, hostOf(world, first!), hostOf(world, second!))
    case 'oneWayCut':
      return cutOff(world, fault.targets, random.chance(0.5) ? 'in' : 'out')
    case 'slowHost': {
      const host = hostOf(world, first!)
      if (host === undefined) return undefined
      world.network.slowDown(host, fault.amount)
      return () => world.network.slowDown(host, 0)
    }
    case 'resetAfterBytes':
      resetSome(clientOf(world, first!), fault.amount, random)
      return undefined
    case 'resetLinks':
      resetLinks(clientOf(world, first!), nodeOf(world, second!))
      return undefined
    case 'smallPieces':
      return inPieces(clientOf(world, first!), fault.amount)
    case 'sentinelCrash':
      return restartSentinel(sentinelOf(world, first!), (sentinel) => sentinel.start())
    case 'sentinelWipe':
      return restartSentinel(sentinelOf(world, first!), (sentinel) =>
        sentinel.start(world.freshFile(sentinel)),
      )
    case 'sentinelFreeze':
      return freeze(sentinelOf(world, first!).surroundings.host)
    case 'sentinelReset':
      reset(sentinelOf(world, first!))
      return undefined
    case 'sentinelForgets':
      return forgetMaster(world, first!, sentinelOf(world, second!))
    case 'clientStall':
      clientOf(world, first!)?.stall(fault.duration)
      return undefined
  }
}

function startFailover(
  world: World,
  shard: string,
  sentinel: SentinelServer,
  kind: 'plannedFailover' | 'coordinatedFailover',
): void {
  const master = sentinel.masters.get(shard)
  if (!sentinel.isRunning || sentinel.surroundings.host.isFrozen || master === undefined) return
  const isCoordinated = kind === 'coordinatedFailover' && world.plan.isValkey
  const reply = requestFailover(sentinel, master, isCoordinated ? 'COORDINATED' : undefined)
  const text = reply instanceof ErrorReply ? reply.message : 'OK'
  sentinel.note(`SENTINEL FAILOVER ${shard}${isCoordinated ? ' COORDINATED' : ''}: ${text}`)
}

/** Who is the master, or a replica, of a shard at the moment, as its nodes have it. */
export function nodeOf(world: World, target: string): RedisNode | undefined {
  const [shard, role] = target.split('/') as [string, string]
  const running = world.nodesOf(shard).filter(({ isRunning }) => isRunning)
  if (role === 'promoted') {
    const masters = running.filter(({ link }) => link === undefined)
    return masters.toSorted((a, b) => b.masterSince - a.masterSince)[0]
  }
  if (role === 'former') return formerMaster(world, shard, running)
  if (role === 'replica') return running.find(({ link }) => link !== undefined) ?? running[0]
  // Of two, the one that was promoted last.
  const masters = running.filter(({ link }) => link === undefined)
  const named = world.sentinels.find(({ isRunning }) => isRunning)?.masters.get(shard)?.address.host
  return masters.find(({ address }) => address.host === named) ?? masters[0] ?? running[0]
}

function demote(world: World, target: string): void {
  const master = nodeOf(world, target)
  const other = nodeOf(world, target.replace('/master', '/replica'))
  if (master === undefined || other === undefined || other === master) return
  if (!master.isHandingOver && master.link === undefined) master.becomeReplicaOf(other.address)
}

function formerMaster(
  world: World,
  shard: string,
  running: readonly RedisNode[],
): RedisNode | undefined {
  const named = new Set(world.sentinels.map(({ masters }) => masters.get(shard)?.address.host))
  const others = running.filter(({ address }) => !named.has(address.host))
  return others.find(({ link }) => link === undefined) ?? others[0]
}

function promote(node: RedisNode | undefined): void {
  if (node?.isHandingOver === false) node.becomeMaster()
}

function sentinelOf(world: World, name: string): SentinelServer {
  return world.sentinels.find((it) => it.name === name)!
}

function clientOf(world: World, name: string): ClientProcess | undefined {
  return world.clients.find((it) => it.name === name)
}

function hostOf(world: World, target: string): Host | undefined {
  if (target.startsWith('sentinel-')) return sentinelOf(world, target).surroundings.host
  if (target.startsWith('client-')) return clientOf(world, target)?.host
  return nodeOf(world, target)?.surroundings.host
}

function restartLater(
  node: RedisNode | undefined,
  strike: (node: RedisNode) => void,
): Undo | undefined {
  if (node === undefined) return undefined
  strike(node)
  return () => {
    if (!node.isRunning) node.start()
  }
}

function restartSentinel(
  sentinel: SentinelServer,
  start: (sentinel: SentinelServer) => void,
): Undo | undefined {
  if (!sentinel.isRunning) return undefined
  sentinel.crash()
  return () => {
    if (!sentinel.isRunning) start(sentinel)
  }
}

function freeze(host: Host | undefined): Undo | undefined {
  if (host === undefined || host.isFrozen) return undefined
  host.freeze()
  return () => host.thaw()
}

function onNode(
  node: RedisNode | undefined,
  change: (node: RedisNode, isOn: boolean) => void,
): Undo | undefined {
  if (node === undefined) return undefined
  change(node, true)
  return () => change(node, false)
}

function cutOff(
  world: World,
  targets: readonly string[],
  way: 'both' | 'in' | 'out',
  spared: ReadonlySet<Host> = new Set(),
): Undo {
  const inside = new Set(targets.flatMap((target) => hostOf(world, target) ?? []))
  const cuts: [Host, Host][] = []
  for (const host of inside) {
    for (const other of world.network.hosts) {
      if (inside.has(other) || spared.has(other)) continue
      if (way !== 'in') cuts.push([host, other])
      if (way !== 'out') cuts.push([other, host])
    }
  }
  for (const [from, to] of cuts) world.network.cut(from, to)
  return () => {
    for (const [from, to] of cuts) world.network.heal(from, to)
  }
}

function cutPair(world: World, a: Host | undefined, b: Host | undefined): Undo | undefined {
  if (a === undefined || b === undefined) return undefined
  world.network.cut(a, b)
  world.network.cut(b, a)
  return () => {
    world.network.heal(a, b)
    world.network.heal(b, a)
  }
}

function resetLinks(process: ClientProcess | undefined, node: RedisNode | undefined): void {
  for (const { channel, remote } of [...(process?.sockets ?? [])]) {
    if (remote.split(':')[0] === node?.address.host) channel.peer?.reset()
  }
}

/** One connection of a client, in one direction. */
function resetSome(process: ClientProcess | undefined, bytes: number, random: Random): void {
  const sockets = [...(process?.sockets ?? [])].filter(({ connecting }) => !connecting)
  if (sockets.length === 0) return
  const { channel } = random.pick(sockets)
  if (random.chance(0.5)) channel.cutAfter = bytes
  else if (channel.peer !== undefined) channel.peer.cutAfter = bytes
}

function inPieces(process: ClientProcess | undefined, size: number): Undo | undefined {
  if (process === undefined) return undefined
  for (const { channel } of process.sockets) {
    channel.pieceSize = size
    if (channel.peer !== undefined) channel.peer.pieceSize = size
  }
  return () => {
    for (const { channel } of process.sockets) {
      channel.pieceSize = undefined
      if (channel.peer !== undefined) channel.peer.pieceSize = undefined
    }
  }
}

function reset(sentinel: SentinelServer): void {
  if (!sentinel.isRunning || sentinel.surroundings.host.isFrozen) return
  for (const master of sentinel.masters.values()) sentinel.resetByCommand(master)
}

/** `SENTINEL REMOVE`, and later `MONITOR` with the address of the beginning. */
function forgetMaster(world: World, shard: string, sentinel: SentinelServer): Undo | undefined {
  const master = sentinel.masters.get(shard)
  if (!sentinel.isRunning || master === undefined) return undefined
  sentinel.remove(master)
  return () => {
    if (!sentinel.isRunning || sentinel.masters.has(shard)) return
    const file = world.freshFile(sentinel).masters.find(({ name }) => name === shard)!
    sentinel.monitor({ ...file, replicas: [] })
  }
}
