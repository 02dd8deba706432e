/** What one reply may take; beyond it the connection is closed with a {@link ProtocolError}. */
export interface ReplyLimits {
  /** Bytes of one string. Default 536870912 (512 MiB), Redis's own `proto-max-bulk-len`. */
  readonly maxStringBytes: number
  /** Bytes of a line: a simple string, an error, a number. Default 1048576 (1 MiB). */
  readonly maxLineBytes: number
  /**
   * What an array, set or map may take with all that is in it: the bytes of its strings, 100 for each
   * item that it announces, and 1000 more for an error. Default 1073741824 (1 GiB), ten million items:
   * what the heap of a Node.js process holds that was not given more. It bounds the memory of a reply.
   */
  readonly maxReplyBytes: number
  /** How deep arrays may lie in arrays. Default 512. */
  readonly maxDepth: number
}

export const defaultReplyLimits: ReplyLimits = Object.freeze({
  maxStringBytes: 512 * 1024 * 1024,
  maxLineBytes: 1024 * 1024,
  maxReplyBytes: 1024 * 1024 * 1024,
  maxDepth: 512,
})

/** @throws TypeError that names the limit */
export function resolveReplyLimits(limits: Partial<ReplyLimits> = {}): ReplyLimits {
  const limit = (name: keyof ReplyLimits) => {
    const value = limits[name] ?? defaultReplyLimits[name]
    if (Number.isSafeInteger(value) && value > 0) return value
    throw new TypeError(`The limit \`${name}\` must be a whole number above 0, not ${value}`)
  }
  return Object.freeze({
    maxStringBytes: limit('maxStringBytes'),
    maxLineBytes: limit('maxLineBytes'),
    maxReplyBytes: limit('maxReplyBytes'),
    maxDepth: limit('maxDepth'),
  })
}

/** What an item costs besides its bytes, by {@link ReplyLimits.maxReplyBytes}: a Buffer takes 106. */
export const itemCost = 100

/** And an error, with its stack. */
export const errorCost = 1000
