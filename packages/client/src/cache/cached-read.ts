import { Command } from '../commands/command.js'
import { type CachePart, type Reading, type ReadUnderWay, underWay } from './cache-part.js'
import { type StoredValue, storeValue, takeValue } from './stored-value.js'

/** Where the reply to a read goes besides its caller. */
export interface Filling {
  readonly part: CachePart<CachedRead>
  readonly reading: Reading<CachedRead> | undefined
  /** When it was sent, in ms. */
  readonly sentAt: number
}

/**
 * A read of one key, on the connection that tracks: its reply fills the cache within the reader, before
 * anything that came after it is looked at. Other callers may wait for the same reply.
 */
export class CachedRead extends Command implements ReadUnderWay {
  readonly [underWay] = true
  #filling: Filling | undefined
  /** Other callers of the same. */
  #followers: Command[] | undefined

  /** It is sent on the connection that tracks. */
  fill(filling: Filling): void {
    this.#filling = filling
  }

  /** It is answered elsewhere: that reply fills nothing. */
  fillNothing(): void {
    const filling = this.#filling
    this.#filling = undefined
    if (filling?.reading !== undefined) filling.part.drop(filling.reading)
  }

  /** Settles the caller of `command` as this one's. */
  leads(command: Command): void {
    this.#followers ??= []
    this.#followers.push(command)
  }

  protected override settle(result: unknown): void {
    const filling = this.#filling
    this.#filling = undefined
    let stored: StoredValue | undefined
    if (filling !== undefined) {
      const { part, reading, sentAt } = filling
      part.prove(sentAt)
      if (reading !== undefined && part.holds(reading)) {
        stored = storeValue(result)
        part.fill(reading, stored)
      }
    }
    super.settle(result)
    const followers = this.#followers
    if (followers === undefined) return
    this.#followers = undefined
    stored ??= storeValue(result)
    for (const command of followers) command.complete(takeValue(stored))
  }

  protected override settleError(error: Error): void {
    this.fillNothing()
    super.settleError(error)
    const followers = this.#followers
    this.#followers = undefined
    if (followers !== undefined) for (const command of followers) command.fail(error)
  }
}

/** One key of MGET. */
export class CachedItem extends CachedRead {
  protected override transformReply(reply: unknown): unknown {
    return Array.isArray(reply) ? reply[0] : reply
  }
}
