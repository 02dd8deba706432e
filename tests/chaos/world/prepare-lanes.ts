import { Lane } from '../oracle/lane.js'
import { RawConnection } from './raw-connection.js'
import { until } from './until.js'
import type { World } from './world.js'

const defaultLanes = 4

/**
 * Lanes for every shard, under keys that live there, whose own values are written and have reached
 * the replicas: from here on a read that finds none is wrong. With several shards the client must
 * be ready: it says where keys live.
 */
export async function prepareLanes(world: World, run = 0): Promise<Lane[]> {
  const perShard = world.plan.lanes ?? defaultLanes
  const lanes = world.fleet.masters.flatMap((shard) => lanesOf(world, shard, perShard, run))
  for (const shard of world.fleet.masters) {
    const own = lanes.filter((lane) => lane.shard === shard)
    await writeValues(world, shard, own)
    await reachedReplicas(world, shard, own)
  }
  return lanes
}

async function writeValues({ fleet }: World, shard: string, lanes: readonly Lane[]): Promise<void> {
  const connection = new RawConnection(fleet.master(shard).address, { ca: fleet.tls?.ca })
  try {
    for (const { own, value } of lanes) await connection.call('SET', own, value)
  } finally {
    connection.close()
  }
}

function lanesOf(world: World, shard: string, count: number, run: number): Lane[] {
  const lanes: Lane[] = []
  for (let i = 0; lanes.length < count; i++) {
    const tag = `${run}.${i}`
    const isAlone = world.fleet.masters.length === 1
    if (isAlone || world.client.explain(`{${tag}}`).shard === shard) {
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
