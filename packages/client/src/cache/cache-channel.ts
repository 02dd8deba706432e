import { channel } from 'node:diagnostics_channel'

/** Name of the `diagnostics_channel` on which every client tells whether its near cache keeps something. */
export const CACHE_CHANNEL = 'disredis:cache'

/** A shard's part of a near cache was opened, or was emptied and closed. Holds no keys. */
export interface CacheMessage {
  /** The Sentinel master name. */
  readonly shard: string
  /** Reads of this shard's keys are kept from now on; false: they go to the master until it is told again. */
  readonly isOpen: boolean
}

const messages = channel(CACHE_CHANNEL)

/** Without a subscriber it costs one look. */
export function tellCache(message: CacheMessage): void {
  if (messages.hasSubscribers) messages.publish(message)
}
