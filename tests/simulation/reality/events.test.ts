import { type FleetNode, startFleet } from '@disredis/fleet'
import { expect, test } from 'vitest'
import { requestFailover } from '../sentinel/request-failover.js'
import { World } from '../world/world.js'
import { defaultPlan } from '../world/world-plan.js'
import { absence, type Course, courses, downAfter } from './course.js'
import { RealConnection } from './real-connection.js'
import { successions, type TracedEvent, timeBetween } from './sentinel-trace.js'
import { serverVersions } from './versions.js'

/** Worlds that show what the model can do. */
const worlds = 100

const failoverTimeout = 10_000

async function realTrace(course: Course, server: string | undefined): Promise<TracedEvent[]> {
  await using fleet = await startFleet({
    replicas: course.replicas,
    downAfter,
    failoverTimeout,
    ...(server !== undefined && { server }),
  })
  await fleet.waitForSync()
  const events: TracedEvent[] = []
  const connections: RealConnection[] = []
  for (let number = 1; number <= 3; number++) {
    const connection = new RealConnection(fleet.sentinel(number).address)
    connections.push(connection)
    await connection.ask('PSUBSCRIBE', '*')
    void collect(connection, `sentinel-${number}`, events)
  }
  const master = fleet.master()
  if (course.fault === 'planned') await fleet.failover()
  else if (course.fault === 'kill') await master.kill()
  else await master.pause()
  await fleet.waitForMaster(undefined, { not: master })
  if (course.fault === 'freeze') await master.resume()
  else if (course.fault === 'kill') await master.restart()
  await untilReplica(master)
  for (const connection of connections) connection[Symbol.dispose]()
  return events
}

/** Sentinel has made the old master a replica, and it has its data. */
async function untilReplica(node: FleetNode): Promise<void> {
  const end = performance.now() + 60_000
  for (;;) {
    // Sentinel closes the node's connections when it gives it another role.
    const reply = await node.command('ROLE').catch(() => [])
    const [role, , , state] = reply as string[]
    if (role === 'slave' && state === 'connected') return
    if (performance.now() > end) throw new Error(`${node} is not a replica within a minute`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

async function collect(
  connection: RealConnection,
  sentinel: string,
  events: TracedEvent[],
): Promise<void> {
  for (;;) {
    const message = await connection.next()
    if (message === 'closed') return
    const [, , channel, payload] = message
      .split('\r\n')
      .filter((_, index) => index % 2 === 0)
      .slice(1)
    events.push({ at: performance.now(), sentinel, channel: channel!, payload: payload! })
  }
}

async function modelTrace(course: Course, seed: number, isValkey: boolean): Promise<TracedEvent[]> {
  const plan = {
    ...defaultPlan,
    shards: [{ name: 'shard-1', replicas: course.replicas }],
    downAfter,
    failoverTimeout,
    isValkey,
    latency: seed % 2 === 0 ? 0.1 : 2,
    jitter: 3,
  }
  const world = new World(plan, seed)
  world.start()
  // At any moment of the ten seconds between two INFOs.
  await world.time.run(5000 + ((seed * 137) % 11_000))
  const events: TracedEvent[] = []
  world.listen({ sentinelEvent: (event) => events.push(event) })
  const master = world.nodes[0]!
  const [sentinel] = world.sentinels
  if (course.fault === 'planned') {
    requestFailover(sentinel!, sentinel!.masters.get('shard-1')!, undefined)
  } else if (course.fault === 'kill') {
    master.crash()
    world.time.after(absence(seed), () => master.start())
  } else {
    master.surroundings.host.freeze()
    world.time.after(absence(seed), () => master.surroundings.host.thaw())
  }
  await world.time.run(world.time.now + course.lasts)
  return events
}

interface Possible {
  readonly successions: ReadonlySet<string>
  /** ms from the election to the announcement, at least. */
  readonly shortestPromotion: number
}

const known = new Map<string, Promise<Possible>>()

/** What the model can do, over many worlds. */
function possible(course: Course, isValkey: boolean): Promise<Possible> {
  const key = `${course.title} ${isValkey}`
  const found = known.get(key) ?? explore(course, isValkey)
  known.set(key, found)
  return found
}

async function explore(course: Course, isValkey: boolean): Promise<Possible> {
  const all = new Set<string>()
  let shortestPromotion = Number.POSITIVE_INFINITY
  for (let seed = 1; seed <= worlds; seed++) {
    const events = await modelTrace(course, seed, isValkey)
    for (const pair of successions(events)) all.add(pair)
    const time = timeBetween(events, '+elected-leader', '+promoted-slave')
    if (time !== undefined) shortestPromotion = Math.min(shortestPromotion, time)
  }
  return { successions: all, shortestPromotion }
}

for (const { name, server } of serverVersions) {
  test.each(courses)(
    `what Sentinels of ${name} say in $title the model can say`,
    async (course) => {
      // Sentinels of Valkey before 9 are those of Redis.
      const model = await possible(course, name.startsWith('valkey-9'))
      const real = await realTrace(course, server)
      const unknown = [...successions(real)].filter((pair) => !model.successions.has(pair))
      expect(unknown).toEqual([])
      // Later than in the model is a busy machine; earlier is a model that is wrong.
      const promotion = timeBetween(real, '+elected-leader', '+promoted-slave')
      expect(promotion).toBeGreaterThan(model.shortestPromotion - 20)
    },
  )
}
