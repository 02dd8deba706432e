import type { ShardConnection } from '../connection/shard-connection.js'

/** How full the table is in which a server notes who has read which key. */
export interface TrackingTable {
  /** Keys that are noted, for all clients together. */
  readonly keys: number
  /** `tracking-table-max-keys`: beyond it the server forgets keys, and says so to those who read them. 0: no limit. */
  readonly maxKeys: number
}

/** Undefined if the user may not look (`+config|get`, `+info`). Rejects if the connection is lost. */
export async function askTrackingTable(
  connection: Pick<ShardConnection, 'ask'>,
): Promise<TrackingTable | undefined> {
  const [limit, info] = await Promise.all([
    allowed(connection.ask('CONFIG', 'GET', 'tracking-table-max-keys')),
    allowed(connection.ask('INFO', 'stats')),
  ])
  if (!Array.isArray(limit) || typeof info !== 'string') return undefined
  const keys = /^tracking_total_keys:(\d+)/m.exec(info)?.[1]
  return keys === undefined ? undefined : { keys: Number(keys), maxKeys: Number(limit[1]) }
}

function allowed(reply: Promise<unknown>): Promise<unknown> {
  return reply.catch((error: Error) => {
    if (error.name === 'ReplyError') return undefined
    throw error
  })
}
