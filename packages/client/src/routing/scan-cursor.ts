/**
 * Where a scan over all shards stands, as one number: 0 begins, and 0 comes back at the end, as with
 * Redis. Shards are scanned one after the other, in the order of the ring's names.
 */
export interface ScanCursor {
  /** Index of the shard. */
  readonly shard: number
  /** The server's own cursor; 0 begins the shard. */
  readonly cursor: bigint
  /** Which of the shard's connections gave the cursor: on another server it means nothing. */
  readonly generation: number
}

/** Generations are told apart modulo this; one more value marks a shard that begins. */
const generations = 0xffffn

const beginsShard = generations

export function encodeCursor({ shard, cursor, generation }: ScanCursor, shards: number): string {
  const mark = cursor === 0n ? beginsShard : BigInt(generation) % generations
  return String(((cursor * BigInt(shards) + BigInt(shard)) << 16n) | mark)
}

/** Undefined for what is no cursor. */
export function decodeCursor(text: string, shards: number): ScanCursor | undefined {
  if (!/^\d{1,40}$/u.test(text)) return undefined
  const value = BigInt(text)
  const position = value >> 16n
  return {
    shard: Number(position % BigInt(shards)),
    cursor: position / BigInt(shards),
    generation: Number(value & 0xffffn),
  }
}

/** Whether the server's cursor may be used on that connection. */
export function isFrom(cursor: ScanCursor, generation: number): boolean {
  return BigInt(cursor.generation) === BigInt(generation) % generations
}
