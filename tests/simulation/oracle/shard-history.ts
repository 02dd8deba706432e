import type { RedisNode } from '../node/redis-node.js'
import type { WriteRecord } from '../node/write-history.js'

/** That a node became a master, and the writes that it had then. */
export interface Promotion {
  readonly at: number
  readonly shard: string
  readonly node: RedisNode
  readonly head: WriteRecord | undefined
}

/** Every write that leads to this one, itself included. */
export function historyOf(head: WriteRecord | undefined): ReadonlySet<WriteRecord> {
  const records = new Set<WriteRecord>()
  for (let record = head; record !== undefined; record = record.previous) records.add(record)
  return records
}
