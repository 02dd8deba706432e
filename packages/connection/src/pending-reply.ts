/**
 * Who waits for the reply to one request. Exactly one of {@link onReply} and {@link onError} is called,
 * once, in the order of the requests. Neither may throw: replies to others are waiting behind it.
 */
export interface PendingReply {
  /** Strings of the reply as text (UTF-8) in place of buffers. Asked when the reply begins to arrive. */
  readonly wantsText: boolean
  /**
   * How many pushes answer the request in place of a reply, as those of SUBSCRIBE: one for each name, at
   * least 1. They are told to the connection's `onPush` as well; `onReply` gets undefined after the last.
   */
  readonly pushes?: number | undefined
  onReply(reply: unknown): void
  /** The server's error reply, or why the connection ended before the reply. */
  onError(error: Error): void
}
