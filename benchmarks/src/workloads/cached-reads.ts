import type { CachedClient } from '../contenders/cached-client.js'
import type { Round } from '../measure/round.js'
import { Draws } from './draws.js'
import { type Workload, WrongReplyError } from './workload.js'

export interface CachedReadsSpec {
  readonly callers: number
  readonly valueBytes: number
  /** How many of 100 reads ask for keys that a cache holds; the others for keys that it has dropped. */
  readonly hitPercent: number
}

/** Keys that are read again and again. */
const hotKeys = 500
/** Keys that are read in turn: more than a cache of {@link keptEntries} holds. */
const coldKeys = 20_000
/** What caches are to hold. */
export const keptEntries = 2000
/** ms between two writes by somebody else. */
const writeInterval = 10
/** ms after a write was answered, when an invalidation has long been there. */
const grace = 100

type Write = (key: string, value: string) => Promise<unknown>

/** Reads of a hot and a cold set, while somebody else changes hot keys; what is stale is counted. */
export class CachedReadsWorkload implements Workload {
  readonly callers: number
  readonly #client: CachedClient
  readonly #write: Write
  readonly #spec: CachedReadsSpec
  readonly #prefix: string
  readonly #values: readonly [string, string]
  readonly #hot: readonly string[]
  readonly #cold: readonly string[]
  /** Which of the two values each hot key has, and since when. */
  readonly #current = new Uint8Array(hotKeys)
  readonly #changedAt = new Float64Array(hotKeys).fill(Number.NEGATIVE_INFINITY)
  #nextCold = 0
  #reads = 0
  #stale = 0

  constructor(client: CachedClient, write: Write, prefix: string, spec: CachedReadsSpec) {
    this.callers = spec.callers
    this.#client = client
    this.#write = write
    this.#spec = spec
    this.#prefix = prefix
    this.#values = ['a'.repeat(spec.valueBytes), 'b'.repeat(spec.valueBytes)]
    this.#hot = this.#keys('hot', hotKeys)
    this.#cold = this.#keys('cold', coldKeys)
  }

  async prepare() {
    const keys = [...this.#hot, ...this.#cold]
    for (let i = 0; i < keys.length; i += 500) {
      await Promise.all(keys.slice(i, i + 500).map((key) => this.#write(key, this.#values[0])))
    }
  }

  /** Of the last round, for a million reads. */
  takeStale(): number {
    const stale = (this.#stale / Math.max(1, this.#reads)) * 1e6
    this.#stale = 0
    this.#reads = 0
    return stale
  }

  async runCaller(caller: number, round: Round) {
    const draws = new Draws(caller)
    const writer = caller === 0 ? this.#changeHotKeys(round) : undefined
    let startedAt = performance.now()
    while (round.isRunning) {
      if (draws.below(100) < this.#spec.hitPercent)
        await this.#readHot(draws.below(hotKeys), startedAt)
      else await this.#readCold()
      startedAt = round.answered(startedAt, 1)
      // Answers from memory keep the event loop from its sockets otherwise.
      if ((++this.#reads & 0xff) === 0) await new Promise(setImmediate)
    }
    await writer
  }

  async verify() {}

  async #readHot(index: number, askedAt: number): Promise<void> {
    const key = this.#hot[index]!
    const reply = await this.#client.get(key)
    if (reply === this.#values[this.#current[index]! as 0 | 1]) return
    if (reply !== this.#values[0] && reply !== this.#values[1]) {
      throw new WrongReplyError('GET', key, reply)
    }
    if (askedAt - this.#changedAt[index]! > grace) this.#stale++
  }

  async #readCold(): Promise<void> {
    const key = this.#cold[this.#nextCold++ % coldKeys]!
    const reply = await this.#client.get(key)
    if (reply !== this.#values[0]) throw new WrongReplyError('GET', key, reply)
  }

  async #changeHotKeys(round: Round): Promise<void> {
    const draws = new Draws(1234)
    while (round.isRunning) {
      const index = draws.below(hotKeys)
      const next = (this.#current[index]! ^ 1) as 0 | 1
      await this.#write(this.#hot[index]!, this.#values[next])
      this.#current[index] = next
      this.#changedAt[index] = performance.now()
      await new Promise((resolve) => setTimeout(resolve, writeInterval))
    }
  }

  #keys(kind: string, count: number): string[] {
    const name = (i: number) => `${this.#prefix}${kind}:${String(i).padStart(6, '0')}`
    return Array.from({ length: count }, (_, i) => Buffer.from(name(i)).toString('latin1'))
  }
}
