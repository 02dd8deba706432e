import type { Address } from '../address.js'
import { RawConnection, type RawConnectionOptions } from '../world/raw-connection.js'
import type { FinalState } from './final-state.js'
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
  const fields = (await connection.call('HKEYS', lane.hash)) as readonly string[]
  return {
    ids: await readList(connection, lane.list),
    mirror: await readList(connection, lane.mirror),
    fields: fields.map(Number),
    counter: Number((await connection.call('GET', lane.counter)) ?? 0),
  }
}

async function readList(connection: RawConnection, key: string): Promise<number[]> {
  const ids: number[] = []
  for (;;) {
    const part = await connection.call('LRANGE', key, ids.length, ids.length + page - 1)
    const values = part as readonly string[]
    // Padding follows the id.
    for (const value of values) ids.push(Number.parseInt(value, 10))
    if (values.length < page) return ids
  }
}
