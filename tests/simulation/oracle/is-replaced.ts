import type { RedisNode } from '../node/redis-node.js'
import type { Application } from '../workload/application.js'
import type { World } from '../world/world.js'

/** ms for which a proof of a promotion counts more than what Sentinels name: the shortest gate. */
const proofLasts = 3000

/**
 * Whether a client knows better than to write to that node: a moment ago it has found another master,
 * which is one still, and within its reach.
 */
export function isReplaced(
  world: World,
  application: Application,
  node: RedisNode,
  /** When the write left the process: what left before may arrive late. */
  sentAt: number,
): boolean {
  const adopted = application.adopted.get(world.shardOf(node))
  if (adopted === undefined || adopted.host === node.address.host) return false
  if (world.time.now - adopted.at > proofLasts || sentAt <= adopted.at) return false
  const other = world
    .nodesOf(world.shardOf(node))
    .find(({ address }) => address.host === adopted.host)!
  const { host } = other.surroundings
  const { host: own } = application.process
  return (
    other.isRunning &&
    !host.isFrozen &&
    other.link === undefined &&
    !world.network.isCut(own, host) &&
    !world.network.isCut(host, own)
  )
}
