import { startFleet } from '@disredis/fleet'
import type { SubjectName } from '../subjects/subject.js'
import { Journal } from './journal.js'
import { SentinelObserver } from './sentinel-observer.js'
import { World, type WorldPlan } from './world.js'

/** Sentinels that split their votes try again after twice this: within the time that calls have. */
const failoverTimeout = 3_000

/** Starts the servers, the proxies and the observers of a plan; no client yet. */
export async function createWorld(
  plan: WorldPlan,
  subjectName: SubjectName,
  seed: number,
): Promise<World> {
  const journal = new Journal()
  const fleet = await startFleet({ failoverTimeout, ...plan.fleet })
  const observer = new SentinelObserver(journal, fleet.tls?.ca)
  const world = new World(plan, subjectName, seed, fleet, journal, observer)
  world.cleanUps.push(
    () => fleet.close(),
    () => observer.close(),
    () => world.proxies.close(),
    () => world.stalls.stop(),
  )
  try {
    for (const node of fleet.nodes()) {
      const kind = node.role === 'sentinel' ? 'sentinels' : 'data'
      if (plan.proxied?.includes(kind)) await world.proxies.add(node)
    }
    await Promise.all(world.sentinels().map((node) => observer.listenTo(node)))
    world.stalls.start()
    return world
  } catch (error) {
    await closeWorld(world)
    throw error
  }
}

/** Ends every server and closes every connection of the harness. */
export async function closeWorld(world: World): Promise<void> {
  for (const cleanUp of world.cleanUps.splice(0).reverse()) await cleanUp()
}
