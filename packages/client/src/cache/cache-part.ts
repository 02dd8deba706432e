import { ownText } from './key-text.js'
import { entryBytes, readingBytes, textBytes } from './memory.js'
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

/** What is kept of one command about one key: its reply, or who waits for it. */
export interface Reading<R> {
  readonly entry: CacheEntry<R>
  /** The command with its arguments beside the key. */
  variant: string
  /** When its request was made, in whole ms, rounded down: the reply is at least as new. */
  since: number
  /** Under way. Only the one that stands here fills it. */
  read: R | undefined
  value: StoredValue | typeof missing
  /** Of memory. */
  bytes: number
}

/** There is no value. */
const missing: unique symbol = Symbol('missing')

/** Commands with their arguments, as most keys are read by: one string for all of them. */
const sharedTexts = new Map<string, string>()

/** Callers may make arguments up; the map must not grow with them. */
const mostShared = 1000

function sharedText(variant: string): string {
  const shared = sharedTexts.get(variant)
  if (shared !== undefined) return shared
  const own = ownText(variant)
  if (sharedTexts.size < mostShared) sharedTexts.set(own, own)
  return own
}

/** What a text takes for this reading alone. */
function ownBytes(variant: string): number {
  return sharedTexts.has(variant) ? 0 : textBytes(variant)
}

/** What is kept about one key. It holds the first of its readings itself: most keys are read by one command. */
class CacheEntry<R> implements Reading<R> {
  readonly key: string
  /** Of the part when it was made: it is gone once the part counts on. */
  readonly epoch: number
  variant: string
  since = 0
  read: R | undefined = undefined
  value: StoredValue | typeof missing = missing
  bytes: number
  /** In the order of use. */
  usedAt = 0
  older: CacheEntry<R> | undefined = undefined
  newer: CacheEntry<R> | undefined = undefined
  others: Map<string, OtherReading<R>> | undefined = undefined

  constructor(key: string, epoch: number, variant: string) {
    this.key = ownText(key)
    this.epoch = epoch
    this.variant = sharedText(variant)
    this.bytes = entryBytes + textBytes(key) + ownBytes(this.variant)
  }

  get entry(): this {
    return this
  }

  find(variant: string): Reading<R> | undefined {
    return this.variant === variant ? this : this.others?.get(variant)
  }
}

class OtherReading<R> implements Reading<R> {
  readonly entry: CacheEntry<R>
  readonly variant: string
  since = 0
  read: R | undefined = undefined
  value: StoredValue | typeof missing = missing
  bytes: number

  constructor(entry: CacheEntry<R>, variant: string) {
    this.entry = entry
    this.variant = sharedText(variant)
    this.bytes = readingBytes + ownBytes(this.variant)
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
export class CachePart<R = unknown> {
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
   * for within the last `maxAge`. Undefined if there is none; text, a number, null or what was stored.
   */
  find(key: string, variant: string, now: number, maxAge: number): StoredValue {
    const entry = this.#entries.get(key)
    if (entry === undefined || now - this.#provenAt > this.#budget.maxStaleness) return undefined
    const reading = entry.find(variant)
    if (reading === undefined || reading.value === missing) return undefined
    if (now - reading.since > maxAge) return undefined
    this.counts.hits++
    if (entry !== this.#newest) {
      this.#unlink(entry)
      this.#link(entry)
    }
    return reading.value
  }

  /** A read under way that a caller may wait for, by the same bounds. */
  findUnderWay(key: string, variant: string, now: number, maxAge: number): R | undefined {
    const reading = this.#entries.get(key)?.find(variant)
    if (reading?.read === undefined) return undefined
    if (now - reading.since > Math.min(maxAge, this.#budget.maxStaleness)) return undefined
    this.counts.joined++
    return reading.read
  }

  /** A read is being sent on the connection, while the part is open. What it replaces fills nothing. */
  begin(key: string, variant: string, now: number, read: R): Reading<R> {
    this.counts.misses++
    let entry = this.#entries.get(key)
    if (entry === undefined) {
      entry = new CacheEntry(key, this.#epoch, variant)
      this.#entries.set(entry.key, entry)
      this.#count(entry.bytes)
    } else this.#unlink(entry)
    this.#link(entry)
    const reading = entry.find(variant) ?? this.#addReading(entry, variant)
    this.#setValue(reading, missing, 0)
    reading.read = read
    reading.since = Math.floor(now)
    this.#budget.shrink()
    return reading
  }

  /** The reply to `read` came, in the order of the wire. */
  fill(reading: Reading<R>, read: R, value: StoredValue): void {
    if (!this.awaits(reading, read)) return
    reading.read = undefined
    const bytes = storedBytes(value)
    if (bytes > this.#budget.maxValueBytes) return
    this.#setValue(reading, value, bytes)
    this.#budget.shrink()
  }

  /** The read failed, or is answered elsewhere. */
  drop(reading: Reading<R>, read: R): void {
    if (this.awaits(reading, read)) reading.read = undefined
  }

  /** Whether the reply may be kept: nothing has come in between that speaks against it. */
  awaits(reading: Reading<R>, read: R): boolean {
    return reading.read === read && reading.entry.epoch === this.#epoch
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

  #addReading(entry: CacheEntry<R>, variant: string): Reading<R> {
    const reading = new OtherReading(entry, variant)
    entry.others ??= new Map()
    entry.others.set(reading.variant, reading)
    this.#count(reading.bytes)
    return reading
  }

  #setValue(reading: Reading<R>, value: StoredValue | typeof missing, bytes: number): void {
    const before = reading.value === missing ? 0 : storedBytes(reading.value)
    reading.value = value
    reading.bytes += bytes - before
    this.#count(bytes - before)
  }

  #remove(entry: CacheEntry<R>): void {
    let { bytes } = entry
    entry.read = undefined
    if (entry.others !== undefined) {
      for (const other of entry.others.values()) {
        other.read = undefined
        bytes += other.bytes
      }
    }
    this.#entries.delete(entry.key)
    this.#unlink(entry)
    this.#count(-bytes)
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
