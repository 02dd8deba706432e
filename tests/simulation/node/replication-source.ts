import type { ScheduledEvent } from '../core/event-heap.js'
import type { ChannelEnd } from '../network/channel-end.js'
import type { ReplicationMessage, ServerAddress } from './server-messages.js'
import type { WriteRecord } from './write-history.js'

/** A replica as its master has it. */
export interface Feed {
  readonly channel: ChannelEnd
  readonly address: ServerAddress
  /** It has acknowledged something since it was synchronized. */
  isOnline: boolean
  ackOffset: number
  ackAt: number
}

/** The replicas of a node, and the stream of writes that they get. */
export class ReplicationSource {
  readonly #now: () => number
  readonly #feeds = new Map<ChannelEnd, Feed>()
  pinging: ScheduledEvent | undefined

  constructor(now: () => number) {
    this.#now = now
  }

  get feeds(): Iterable<Feed> {
    return this.#feeds.values()
  }

  get online(): readonly Feed[] {
    return [...this.#feeds.values()].filter(({ isOnline }) => isOnline)
  }

  get size(): number {
    return this.#feeds.size
  }

  add(channel: ChannelEnd, address: ServerAddress, offset: number): void {
    const feed: Feed = { channel, address, isOnline: false, ackOffset: offset, ackAt: this.#now() }
    this.#feeds.set(channel, feed)
  }

  has(channel: ChannelEnd): boolean {
    return this.#feeds.has(channel)
  }

  remove(channel: ChannelEnd): void {
    this.#feeds.delete(channel)
  }

  acknowledge(channel: ChannelEnd, offset: number): void {
    const feed = this.#feeds.get(channel)
    if (feed === undefined) return
    feed.isOnline = true
    feed.ackOffset = Math.max(feed.ackOffset, offset)
    feed.ackAt = this.#now()
  }

  send(message: ReplicationMessage, size = 64): void {
    for (const { channel } of this.#feeds.values()) channel.send(message, size)
  }

  write(record: WriteRecord, size: number): void {
    if (this.#feeds.size > 0) this.send({ kind: 'write', record }, size)
  }

  /** Those that have acknowledged up to there. */
  acknowledged(offset: number): number {
    let count = 0
    for (const feed of this.#feeds.values()) if (feed.isOnline && feed.ackOffset >= offset) count++
    return count
  }

  /** Those that were heard of in so many ms; as Redis counts them, in whole seconds. */
  good(longestLag: number): number {
    let count = 0
    for (const { isOnline, ackAt } of this.#feeds.values()) {
      const lag = Math.floor((this.#now() - ackAt) / 1000) * 1000
      if (isOnline && lag <= longestLag) count++
    }
    return count
  }

  /** Whoever has been silent for so long is given up. */
  dropSilent(timeout: number): void {
    for (const { channel, ackAt } of [...this.#feeds.values()]) {
      if (this.#now() - ackAt > timeout) this.#drop(channel)
    }
  }

  dropAll(): void {
    for (const channel of [...this.#feeds.keys()]) this.#drop(channel)
  }

  #drop(channel: ChannelEnd): void {
    this.#feeds.delete(channel)
    channel.close()
  }
}
