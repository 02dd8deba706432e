import type { Argument } from '@disredis/connection'
import { type CacheBudget, CachePart } from './cache-part.js'
import { keyText } from './key-text.js'
import { OwnWrites } from './own-writes.js'

export interface NearCacheOptions {
  /** Of memory, for all shards together. */
  readonly maxBytes: number
  /** ms: nothing is given out that was not true within that time. */
  readonly maxStaleness: number
}

/**
 * A part for each shard, what they may take together, and the writes of this client, which all of them heed.
 * Pure: no clock, no connection.
 */
export class NearCache<R = unknown> {
  readonly #budget: CacheBudget
  readonly #writes = new OwnWrites()
  #parts: readonly CachePart<R>[] = []
  /** The part of a key, by its bytes on the wire. */
  #indexOf: (key: Argument) => number = () => 0

  constructor({ maxBytes, maxStaleness }: NearCacheOptions) {
    this.#budget = {
      maxStaleness,
      maxValueBytes: maxBytes / 4,
      uses: 0,
      bytes: 0,
      shrink: () => {
        while (this.#budget.bytes > maxBytes) this.#evict()
      },
    }
  }

  /**
   * The shards are known. Once; nothing can be found or kept before.
   *
   * @param indexOf says which of `count` parts a key belongs to
   */
  open(count: number, indexOf: (key: Argument) => number): void {
    this.#parts = Array.from({ length: count }, () => new CachePart<R>(this.#budget))
    if (count > 1) this.#indexOf = indexOf
  }

  get parts(): readonly CachePart<R>[] {
    return this.#parts
  }

  get bytes(): number {
    return this.#budget.bytes
  }

  /** Which part a key belongs to. */
  indexOf(key: Argument): number {
    return this.#indexOf(key)
  }

  /** Undefined before the shards are known. */
  partOf(key: Argument): CachePart<R> | undefined {
    return this.#parts[this.#indexOf(key)]
  }

  /** Whether a read of the key may be kept: no write of this client is under way that it might miss. */
  mayKeep(key: string): boolean {
    return !this.#writes.concern(key)
  }

  /**
   * A write of this key begins.
   *
   * @returns what {@link endWrite} takes
   */
  beginWrite(key: Argument): string {
    const text = keyText(key)
    this.#writes.begin(text)
    this.partOf(key)?.invalidate(text)
    return text
  }

  /** It is settled, whatever became of it. */
  endWrite(key: string): void {
    this.#writes.end(key)
  }

  /** A write begins that may be of any key. */
  beginWriteOfAny(): void {
    this.#writes.beginAny()
    for (const part of this.#parts) part.empty()
  }

  endWriteOfAny(): void {
    this.#writes.endAny()
  }

  #evict(): void {
    let [oldest] = this.#parts as [CachePart<R>]
    for (const part of this.#parts) if (part.oldestUse < oldest.oldestUse) oldest = part
    oldest.evictOldest()
  }
}
