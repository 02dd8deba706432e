import type { FleetNode } from '@disredis/fleet'
import type { Flow } from '../links/flow.js'
import { garbageAfter, resetAfter, truncateAfter } from '../links/stream-faults.js'
import type { StreamFault, TcpProxy } from '../links/tcp-proxy.js'
import { RawConnection } from '../world/raw-connection.js'
import type { World } from '../world/world.js'
import type { FaultName, PlannedFault } from './schedule.js'

type Heal = () => Promise<void> | void

/** What a fault does; returns what undoes it. Undefined: it could not strike, or needs no healing. */
type Inject = (world: World, fault: PlannedFault) => Promise<Heal | undefined> | Heal | undefined

export const injections: Readonly<Record<FaultName, Inject>> = {
  'kill the master': (world, { shard }) => kill(world, world.fleet.master(shard)),
  'pause the master': (world, { shard }) => pause(world.fleet.master(shard)),
  'kill a replica': (world, fault) => kill(world, replicaOf(world, fault)),
  'pause a replica': (world, fault) => pause(replicaOf(world, fault)),
  'fail over': failOver,
  'make the master sleep': sleep,
  'cut the links': flowOn('both', { hold: true }),
  'lose the replies': flowOn('toClient', { swallow: true }),
  'half-open links': halfOpen,
  'slow links': flowOn('both', { delay: 10, jitter: 100 }),
  'one byte a packet': flowOn('both', { slice: 1 }),
  'reset in mid-reply': replies((random) => resetAfter(() => random(1, 2_000))),
  garbage: replies((random) => garbageAfter(() => random(1, 4_000), Buffer.from('\0\0\0\0'))),
  'truncated replies': replies((random) => truncateAfter(() => random(1, 2_000))),
  'kill a Sentinel': (world, { number }) => kill(world, world.fleet.sentinel(number)),
  'pause a Sentinel': ({ fleet }, { number }) => pause(fleet.sentinel(number)),
  'cut a Sentinel off': cutSentinel,
  'half-open links to all Sentinels': halfOpenSentinels,
  'stall the event loop': stall,
  'jump the clock': jump,
}

async function kill(world: World, node: FleetNode): Promise<Heal | undefined> {
  if (!node.isRunning) return undefined
  await node.kill()
  return async () => {
    await node.restart()
    if (node.role === 'sentinel') await world.observer.listenTo(node)
  }
}

async function pause(node: FleetNode): Promise<Heal | undefined> {
  if (!node.isRunning || node.isPaused) return undefined
  await node.pause()
  return () => (node.isRunning ? node.resume() : undefined)
}

function replicaOf({ fleet }: World, { shard, number }: PlannedFault): FleetNode {
  const replicas = fleet.replicas(shard)
  return replicas[number % replicas.length]!
}

/** Sentinel refuses while another failover is under way or nothing can be promoted: so be it. */
async function failOver({ fleet, journal }: World, { shard }: PlannedFault): Promise<undefined> {
  await fleet.failover(shard).catch((error: Error) => journal.note('soak', error.message))
}

function sleep({ fleet, journal, cleanUps }: World, { shard, lasts }: PlannedFault): undefined {
  const connection = new RawConnection(fleet.master(shard).address, { timeout: 60_000 })
  cleanUps.push(() => connection.close())
  connection
    .call('DEBUG', 'SLEEP', lasts / 1000)
    .catch((error: Error) => journal.note('soak', `DEBUG SLEEP: ${error.message}`))
    .finally(() => connection.close())
}

function linksOf({ fleet, proxies }: World, shard: string | undefined): readonly TcpProxy[] {
  return [fleet.master(shard), ...fleet.replicas(shard)].map(({ name }) => proxies.get(name))
}

/** On the links to every node of the shard: whoever is its master then. */
function flowOn(direction: 'both' | 'toClient', flow: Flow): Inject {
  return (world, { shard }) => {
    const links = linksOf(world, shard)
    for (const link of links) link.setFlow(direction, flow)
    return () => {
      for (const link of links) link.setFlow('both', {})
    }
  }
}

function halfOpen(world: World, { shard }: PlannedFault): Heal {
  const links = linksOf(world, shard)
  for (const link of links) link.setFlowOfOpenLinks('both', { hold: true })
  return () => {
    for (const link of links) link.setFlowOfOpenLinks('both', {})
  }
}

function replies(make: (random: (least: number, most: number) => number) => StreamFault): Inject {
  return (world, { shard }) => {
    const links = linksOf(world, shard)
    const { random } = world
    for (const link of links) {
      link.setReplyFault(make((least, most) => random.between(least, most)))
    }
    return () => {
      for (const link of links) link.setReplyFault(undefined)
    }
  }
}

function cutSentinel({ proxies }: World, { number }: PlannedFault): Heal {
  const link = proxies.get(`sentinel-${number}`)
  link.setFlow('both', { hold: true })
  return () => link.setFlow('both', {})
}

function halfOpenSentinels({ proxies }: World): Heal {
  const links = [1, 2, 3].map((number) => proxies.get(`sentinel-${number}`))
  for (const link of links) link.setFlowOfOpenLinks('both', { hold: true })
  return () => {
    for (const link of links) link.setFlowOfOpenLinks('both', {})
  }
}

function stall(_world: World, { lasts }: PlannedFault): undefined {
  const until = performance.now() + Math.min(lasts, 2_000)
  while (performance.now() < until) Math.sqrt(2)
}

function jump(_world: World, { number }: PlannedFault): Heal {
  const { now } = Date
  Date.now = () => now() + (number - 2) * 3_600_000
  return () => {
    Date.now = now
  }
}
