/**
 * One write as a node executed it, linked to the one before: the whole past of a data set is reached
 * from its last record, whichever node holds it. Never changed.
 */
export interface WriteRecord {
  readonly previous: WriteRecord | undefined
  /** Executed together. Empty: a PING of the replication stream. */
  readonly commands: readonly (readonly string[])[]
  /** Bytes of the replication stream up to its end. */
  readonly offset: number
  readonly at: number
  /** Where it was executed first. */
  readonly node: string
}

/** Bytes that commands take in the replication stream. */
export function streamSize(commands: readonly (readonly string[])[]): number {
  let size = commands.length === 1 ? 0 : 15 + 14
  if (commands.length === 0) return 14
  for (const args of commands) {
    size += 4
    for (const arg of args) size += arg.length + 5 + String(arg.length).length
  }
  return size
}

/** The records after `offset`, oldest first; undefined if `offset` is not the end of any. */
export function recordsAfter(
  head: WriteRecord | undefined,
  offset: number,
): readonly WriteRecord[] | undefined {
  const records: WriteRecord[] = []
  let record = head
  while (record !== undefined && record.offset > offset) {
    records.push(record)
    record = record.previous
  }
  if ((record?.offset ?? 0) !== offset) return undefined
  return records.reverse()
}
