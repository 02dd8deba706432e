import { ownText } from './key-text.js'
import { entryBytes, readingBytes, textBytes, variantBytes } from './memory.js'
import { type StoredValue, storedBytes } from './stored-value.js'

/** What the parts of a cache share. */
export interface CacheBudget {
  /** ms: see {@link CachePart.find}. */
  readonly maxStaleness: number
  /** Bytes of one reply that is worth keeping. */
  readonly maxValueBytes: number
  /** Counts uses: what was used last has the highest number. */
  uses: number
  /** Bytes of all parts. */
  bytes: number
  /** Makes room, by the parts' {@link CachePart.evictOldest}. */
  shrink(): void
}

/** What a part has done since its client was opened. */
export interface CacheCounts {
  /** Reads that were answered without a request. */
  hits: number
  /** Reads that made a request of their own. */
  misses: number
  /** Reads that waited for the request of another caller. */
  joined: number
  /** Keys that were dropped because they were changed. */
  invalidations: number
  /** Keys that were dropped to make room. */
  evictions: number
  /** How often everything was dropped: the keyspace was flushed, or the connection could not be trusted. */
  emptied: number
}

/** Under way: waits for the reply of the command that makes it. */
export interface ReadUnderWay {
  /** @internal */
  readonly [underWay]: true
}
export const underWay: unique symbol = Symbol('disredis.underWay')

/** What is kept of one command about one key: its reply, or that it is under way. */
export class Reading<R extends ReadUnderWay = ReadUnderWay> {
  readonly entry: CacheEntry<R>
  /** The command with its arguments beside the key. */
  readonly variant: string
  /** When its request was made, in ms: the reply is at least as new. */
  readonly since: number
  /** Undefined once the reply is there. */
  read: R | undefined
  value: StoredValue = undefined
  bytes: number
  /** It was taken out: it is given to nobody, and its reply does not fill it. */
  isDropped = false

  constructor(entry: CacheEntry<R>, variant: string, since: number, read: R) {
    this.entry = entry
    this.variant = variant
    this.since = since
    this.read = read
    this.bytes = readingBytes + textBytes(variant)
  }
}

/** What is kept about one key. */
class CacheEntry<R extends ReadUnderWay> {
  readonly key: string
  /** Of the part when it was made: it is gone once the part counts on. */
  readonly epoch: number
  bytes: number
  usedAt = 0
  /** In the order of use. */
  older: CacheEntry<R> | undefined = undefined
  newer: CacheEntry<R> | undefined = undefined
  /** Most keys are read by one command. */
  first: Reading<R> | undefined = undefined
  others: Map<string, Reading<R>> | undefined = undefined

  constructor(key: string, epoch: number) {
    this.key = ownText(key)
    this.epoch = epoch
    this.bytes = entryBytes + textBytes(key)
  }

  find(variant: string): Reading<R> | undefined {
    const { first } = this
    return first !== undefined && first.variant === variant ? first : this.others?.get(variant)
  }
}

/**
 * What one shard's keys said. It knows neither clock nor connection: it is told what came, in the order of
 * the wire, and when.
 *
 * States: closed (the connection that tracks is not there or cannot be trusted; at first) and open.
 *
 * Invariants:
 * - what is closed is empty, and is filled by nothing that was asked before it was opened again;
 * - a value is there only while no invalidation of its key has come since its request was made;
 * - a value is given out only if the server said something within `maxStaleness` that it would have said
 *   after the invalidation;
 * - the bytes are those of all entries, under way or not.
 */
export class CachePart<R extends ReadUnderWay = ReadUnderWay> {
  readonly counts: CacheCounts = {
    hits: 0,
    misses: 0,
    joined: 0,
    invalidations: 0,
    evictions: 0,
    emptied: 0,
  }
  readonly #budget: CacheBudget
  #entries = new Map<string, CacheEntry<R>>()
  #oldest: CacheEntry<R> | undefined
  #newest: CacheEntry<R> | undefined
  #bytes = 0
  #epoch = 0
  #isOpen = false
  #provenAt = Number.NEGATIVE_INFINITY

  constructor(budget: CacheBudget) {
    this.#budget = budget
  }

  get isOpen(): boolean {
    return this.#isOpen
  }

  get bytes(): number {
    return this.#bytes
  }

  get size(): number {
    return this.#entries.size
  }

  /** ms: every invalidation of a write that was executed before has come. */
  get provenAt(): number {
    return this.#provenAt
  }

  /** Which use was that of the key that has not been used for the longest; infinite if there is none. */
  get oldestUse(): number {
    return this.#oldest?.usedAt ?? Number.POSITIVE_INFINITY
  }

  /** The connection tracks: what is asked on it from now on may be kept. */
  open(): void {
    this.#isOpen = true
  }

  /** The connection is lost or may not be trusted. */
  close(): void {
    if (!this.#isOpen) return
    this.#isOpen = false
    this.empty()
  }

  /** A request that was made at `sentAt` was answered, and whatever came before it was told. */
  prove(sentAt: number): void {
    if (sentAt > this.#provenAt) this.#provenAt = sentAt
  }

  /**
   * A value that may be given to a caller now: it was true within the last `maxStaleness` ms, and was asked
   * for within the last `maxAge`.
   */
  find(key: string, variant: string, now: number, maxAge: number): Reading<R> | undefined {
    const entry = this.#entries.get(key)
    if (entry === undefined || now - this.#provenAt > this.#budget.maxStaleness) return undefined
    const reading = entry.find(variant)
    if (reading === undefined || reading.read !== undefined) return undefined
    if (now - reading.since > maxAge) return undefined
    this.counts.hits++
    if (entry !== this.#newest) {
      this.#unlink(entry)
      this.#link(entry)
    }
    return reading
  }

  /** A read under way that a caller may wait for, by the same bounds. */
  findUnderWay(key: string, variant: string, now: number, maxAge: number): R | undefined {
    const reading = this.#entries.get(key)?.find(variant)
    if (reading?.read === undefined) return undefined
    if (now - reading.since > Math.min(maxAge, this.#budget.maxStaleness)) return undefined
    this.counts.joined++
    return reading.read
  }

  /** A read is being sent on the connection. Undefined if its reply may not be kept. */
  begin(key: string, variant: string, now: number, read: R): Reading<R> | undefined {
    if (!this.#isOpen) return undefined
    this.counts.misses++
    let entry = this.#entries.get(key)
    if (entry === undefined) {
      entry = new CacheEntry(key, this.#epoch)
      this.#entries.set(entry.key, entry)
      this.#count(entry.bytes)
    } else {
      this.#unlink(entry)
      const before = entry.find(variant)
      if (before !== undefined) this.#takeOut(before)
    }
    this.#link(entry)
    const reading = new Reading(entry, variant, now, read)
    this.#putIn(reading)
    if (this.#budget.bytes > 0) this.#budget.shrink()
    return reading
  }

  /** The reply came, in the order of the wire. */
  fill(reading: Reading<R>, value: StoredValue): void {
    if (!this.holds(reading)) return
    const bytes = storedBytes(value)
    if (bytes > this.#budget.maxValueBytes) {
      this.drop(reading)
      return
    }
    reading.read = undefined
    reading.value = value
    reading.bytes += bytes
    reading.entry.bytes += bytes
    this.#count(bytes)
    this.#budget.shrink()
  }

  /** The read failed, or is answered elsewhere. */
  drop(reading: Reading<R>): void {
    if (!this.holds(reading)) return
    const { entry } = reading
    this.#takeOut(reading)
    if (entry.first === undefined && entry.others === undefined) this.#remove(entry)
  }

  /** Whether it was taken out meanwhile. */
  holds(reading: Reading<R>): boolean {
    return !reading.isDropped && reading.entry.epoch === this.#epoch
  }

  /** The key was changed. */
  invalidate(key: string): void {
    const entry = this.#entries.get(key)
    if (entry === undefined) return
    this.counts.invalidations++
    this.#remove(entry)
  }

  /** Any key may have been changed. */
  empty(): void {
    if (this.#entries.size === 0) return
    this.counts.emptied++
    this.#epoch++
    this.#entries = new Map()
    this.#oldest = undefined
    this.#newest = undefined
    this.#count(-this.#bytes)
  }

  /** Drops the key that has not been used for the longest. */
  evictOldest(): void {
    if (this.#oldest === undefined) return
    this.counts.evictions++
    this.#remove(this.#oldest)
  }

  #count(bytes: number): void {
    this.#bytes += bytes
    this.#budget.bytes += bytes
  }

  #putIn(reading: Reading<R>): void {
    const { entry, variant } = reading
    if (entry.first === undefined) {
      entry.first = reading
    } else {
      entry.others ??= new Map()
      entry.others.set(variant, reading)
      reading.bytes += variantBytes
    }
    entry.bytes += reading.bytes
    this.#count(reading.bytes)
  }

  #takeOut(reading: Reading<R>): void {
    const { entry, variant } = reading
    reading.isDropped = true
    entry.bytes -= reading.bytes
    this.#count(-reading.bytes)
    if (entry.first === reading) {
      entry.first = undefined
    } else {
      entry.others!.delete(variant)
      if (entry.others!.size === 0) entry.others = undefined
    }
  }

  #remove(entry: CacheEntry<R>): void {
    if (entry.first !== undefined) entry.first.isDropped = true
    if (entry.others !== undefined) {
      for (const reading of entry.others.values()) reading.isDropped = true
    }
    this.#entries.delete(entry.key)
    this.#unlink(entry)
    this.#count(-entry.bytes)
  }

  /** As the one that was used last. */
  #link(entry: CacheEntry<R>): void {
    entry.usedAt = ++this.#budget.uses
    entry.older = this.#newest
    if (this.#newest === undefined) this.#oldest = entry
    else this.#newest.newer = entry
    this.#newest = entry
  }

  #unlink(entry: CacheEntry<R>): void {
    const { older, newer } = entry
    if (older === undefined) this.#oldest = newer
    else older.newer = newer
    if (newer === undefined) this.#newest = older
    else newer.older = older
    entry.older = undefined
    entry.newer = undefined
  }
}
