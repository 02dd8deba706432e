/** What one reply may take; beyond it the connection is closed with a {@link ProtocolError}. */
export interface ReplyLimits {
  /** Bytes of one string. Default 536870912 (512 MiB), Redis's own `proto-max-bulk-len`. */
  readonly maxStringBytes: number
  /** Bytes of a line: a simple string, an error, a number. Default 1048576 (1 MiB). */
  readonly maxLineBytes: number
  /**
   * What an array, set or map may take with all that is in it: the bytes of its strings, and 100 for
   * each item. Default 2147483648 (2 GiB). It bounds the memory of a reply, whatever its length line
   * announces.
   */
  readonly maxReplyBytes: number
  /** How deep arrays may lie in arrays. Default 512. */
  readonly maxDepth: number
}

export const defaultReplyLimits: ReplyLimits = Object.freeze({
  maxStringBytes: 512 * 1024 * 1024,
  maxLineBytes: 1024 * 1024,
  maxReplyBytes: 2 * 1024 * 1024 * 1024,
  maxDepth: 512,
})

/** What an item costs besides its bytes, by {@link ReplyLimits.maxReplyBytes}. */
export const itemCost = 100
