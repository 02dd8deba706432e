import type { Address } from '../address.js'
import { RawConnection, type RawConnectionOptions } from '../world/raw-connection.js'
import type { FinalState } from './judge.js'
import type { Lane } from './lane.js'

const page = 20_000

/** Reads what the masters hold, over connections of its own. */
export async function readStates(
  lanes: readonly Lane[],
  masterOf: (shard: string) => Promise<Address>,
  options?: RawConnectionOptions,
): Promise<ReadonlyMap<Lane, FinalState>> {
  const states = new Map<Lane, FinalState>()
  for (const shard of new Set(lanes.map((lane) => lane.shard))) {
    const connection = new RawConnection(await masterOf(shard), options)
    try {
      for (const lane of lanes) {
        if (lane.shard === shard) states.set(lane, await readState(connection, lane))
      }
    } finally {
      connection.close()
    }
  }
  return states
}

async function readState(connection: RawConnection, lane: Lane): Promise<FinalState> {
  const ids: number[] = []
  for (;;) {
    const part = await connection.call('LRANGE', lane.list, ids.length, ids.length + page - 1)
    const values = part as readonly string[]
    for (const value of values) ids.push(Number.parseInt(value, 10))
    if (values.length < page) break
  }
  return { ids, counter: Number((await connection.call('GET', lane.counter)) ?? 0) }
}
