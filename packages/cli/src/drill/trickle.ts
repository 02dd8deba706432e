import { type Disredis, OutcomeUnknownError } from '@disredis/client'

/** Writers side by side, each at its own list, with one write in flight at most. */
export const WRITERS = 4
/** ms between two writes of one of them. */
const PACE = 5

export interface TrickleResult {
  readonly acknowledged: number
  /** Acknowledged, and not there any more. */
  readonly lost: number
  readonly executedTwice: number
  /** In flight when the failover began, without a proof of what became of them: {@link WRITERS} at most. */
  readonly unknown: number
  /** Refused, by code. */
  readonly errors: Readonly<Record<string, number>>
  /** The longest time without an acknowledgement, ms. */
  readonly longestGap: number
}

/** Small writes to one shard, at keys of its own, with an account of what became of each. */
export class Trickle {
  readonly #client: Disredis
  readonly #keys: readonly string[]
  readonly #acknowledged = new Map<string, Set<string>>()
  readonly #errors: Record<string, number> = {}
  #unknown = 0
  readonly #writing: Promise<unknown>
  #isEnding = false
  #lastAck = performance.now()
  #longestGap = 0
  #count = 0

  constructor(client: Disredis, shard: string, prefix: string) {
    this.#client = client
    this.#keys = keysOn(client, shard, prefix, WRITERS)
    this.#writing = Promise.all(this.#keys.map((key) => this.#write(key)))
  }

  get acknowledged(): number {
    return this.#count
  }

  /** Stops, compares what was acknowledged with what is there, and removes the keys. */
  async finish(): Promise<TrickleResult> {
    this.#isEnding = true
    await this.#writing
    let lost = 0
    let executedTwice = 0
    for (const [key, ids] of this.#acknowledged) {
      const stored = await this.#client.lrange(key, 0, -1)
      const found = new Set(stored)
      executedTwice += stored.length - found.size
      for (const id of ids) if (!found.has(id)) lost++
    }
    await this.#client.unlink(...this.#keys)
    return {
      acknowledged: this.#count,
      lost,
      executedTwice,
      unknown: this.#unknown,
      errors: this.#errors,
      longestGap: Math.round(this.#longestGap),
    }
  }

  async #write(key: string): Promise<void> {
    const ids = new Set<string>()
    this.#acknowledged.set(key, ids)
    for (let i = 0; !this.#isEnding; i++) {
      await new Promise((resolve) => setTimeout(resolve, PACE))
      try {
        await this.#client.rpush(key, `${i}`)
        ids.add(`${i}`)
        this.#count++
        const now = performance.now()
        this.#longestGap = Math.max(this.#longestGap, now - this.#lastAck)
        this.#lastAck = now
      } catch (error) {
        if (error instanceof OutcomeUnknownError) {
          this.#unknown++
          continue
        }
        const code = (error as { code?: string }).code ?? (error as Error).message.split(' ', 1)[0]!
        this.#errors[code] = (this.#errors[code] ?? 0) + 1
      }
    }
  }
}

/** So many keys that live on that shard. */
export function keysOn(client: Disredis, shard: string, prefix: string, count: number): string[] {
  const keys: string[] = []
  for (let i = 0; keys.length < count; i++) {
    const key = `${prefix}:${i}`
    if (client.explain(key).shard === shard) keys.push(key)
  }
  return keys
}
