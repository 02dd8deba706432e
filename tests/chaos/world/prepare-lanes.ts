import { Lane } from '../oracle/lane.js'
import { RawConnection } from './raw-connection.js'
import { until } from './until.js'
import type { World } from './world.js'

/**
 * Lanes for every shard, under keys that live there, whose own values are written and have reached
 * the replicas: from here on a read that finds none is wrong.
 */
export async function prepareLanes(world: World, perShard: number, run = 0): Promise<Lane[]> {
  const lanes = world.fleet.masters.flatMap((shard) => lanesOf(world, shard, perShard, run))
  await Promise.all(lanes.map(({ own, value }) => world.subject.write(own, value)))
  await Promise.all(
    world.fleet.masters.map((shard) =>
      reachedReplicas(
        world,
        shard,
        lanes.filter((lane) => lane.shard === shard),
      ),
    ),
  )
  return lanes
}

function lanesOf(world: World, shard: string, count: number, run: number): Lane[] {
  const lanes: Lane[] = []
  for (let i = 0; lanes.length < count; i++) {
    const tag = `${run}.${i}`
    if (world.subjectName !== 'disredis' || world.client.explain(`{${tag}}`).shard === shard) {
      lanes.push(new Lane(shard, tag))
    }
  }
  return lanes
}

async function reachedReplicas(world: World, shard: string, lanes: readonly Lane[]) {
  const replicas = world.fleet.replicas(shard).filter((node) => node.isRunning && !node.isPaused)
  const ca = world.fleet.tls?.ca
  for (const { address } of replicas) {
    const connection = new RawConnection(address, { ca })
    try {
      for (const { own, value } of lanes) {
        await until(async () => {
          const found = await connection.call('GET', own)
          return found === value ? undefined : `${own} on a replica of ${shard}`
        }, world.patience)
      }
    } finally {
      connection.close()
    }
  }
}
