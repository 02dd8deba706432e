import type { Command } from '../commands/command.js'

/**
 * Where a scan stands, as one number: 0 begins, and 0 comes back at the end, as with Redis. A scan over
 * several shards takes one after the other, in the order of the ring's names.
 */
export interface ScanCursor {
  /** Index of the shard; 0 where only one is scanned. */
  readonly shard: number
  /** The server's own cursor; 0 begins the shard. */
  readonly cursor: bigint
  /** Which server gave the cursor, modulo {@link marks}: to another it means nothing. */
  readonly mark: number
}

const markBits = 24n

/** Servers are told apart modulo this; one more value marks a shard that begins. */
export const marks = 2 ** Number(markBits) - 1

export function encodeCursor({ shard, cursor, mark }: ScanCursor, shards: number): string {
  const its = cursor === 0n ? marks : mark % marks
  return String(((cursor * BigInt(shards) + BigInt(shard)) << markBits) | BigInt(its))
}

/** Undefined for what is no cursor. */
export function decodeCursor(text: string, shards: number): ScanCursor | undefined {
  if (!/^\d{1,40}$/u.test(text)) return undefined
  const value = BigInt(text)
  const position = value >> markBits
  return {
    shard: Number(position % BigInt(shards)),
    cursor: position / BigInt(shards),
    mark: Number(BigInt.asUintN(Number(markBits), value)),
  }
}

/** A scan that goes on where another call of it ended. */
export function continuesScan({ info: { cursorIndex }, args }: Command): boolean {
  return cursorIndex >= 0 && cursorIndex < args.length && String(args[cursorIndex]) !== '0'
}
