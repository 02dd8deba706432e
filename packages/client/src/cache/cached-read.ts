import { Command } from '../commands/command.js'
import type { CachePart, Reading } from './cache-part.js'
import { type StoredValue, storeValue, takeValue } from './stored-value.js'

/**
 * A read of one key, on the connection that tracks: its reply fills the cache within the reader, before
 * anything that came after it is looked at. Other callers may wait for the same reply.
 */
export class CachedRead extends Command {
  /** What its reply fills; undefined if it is answered by another connection than the one that tracks. */
  #part: CachePart<CachedRead> | undefined = undefined
  #reading: Reading<CachedRead> | undefined = undefined
  /** When it was sent, in ms. */
  #sentAt = 0
  /** Other callers of the same. */
  #followers: Command[] | undefined = undefined

  /** It is sent on the connection that tracks. */
  fill(part: CachePart<CachedRead>, reading: Reading<CachedRead>, sentAt: number): void {
    this.#part = part
    this.#reading = reading
    this.#sentAt = sentAt
  }

  /** It is answered elsewhere: that reply fills nothing. */
  fillNothing(): void {
    this.#part?.drop(this.#reading!, this)
    this.#part = undefined
    this.#reading = undefined
  }

  /** Settles the caller of `command` as this one's. */
  leads(command: Command): void {
    this.#followers ??= []
    this.#followers.push(command)
  }

  protected override settle(result: unknown): void {
    const part = this.#part
    const reading = this.#reading
    let stored: StoredValue
    if (part !== undefined && reading !== undefined) {
      this.#part = undefined
      this.#reading = undefined
      part.prove(this.#sentAt)
      if (part.awaits(reading, this)) {
        stored = storeValue(result)
        part.fill(reading, this, stored)
      }
    }
    super.settle(result)
    if (this.#followers !== undefined) this.#settleFollowers(stored ?? storeValue(result))
  }

  protected override settleError(error: Error): void {
    this.fillNothing()
    super.settleError(error)
    const followers = this.#followers
    this.#followers = undefined
    if (followers !== undefined) for (const command of followers) command.fail(error)
  }

  #settleFollowers(stored: StoredValue): void {
    const followers = this.#followers!
    this.#followers = undefined
    for (const command of followers) command.complete(takeValue(stored))
  }
}

/** One key of MGET. */
export class CachedItem extends CachedRead {
  protected override transformReply(reply: unknown): unknown {
    return Array.isArray(reply) ? reply[0] : reply
  }
}
