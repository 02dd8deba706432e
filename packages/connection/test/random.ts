/** A stream of random numbers from a seed: the same seed, the same stream. */
export class Random {
  #state: number

  constructor(seed: number) {
    this.#state = seed >>> 0
  }

  /** 0 <= value < limit, whole. mulberry32. */
  below(limit: number): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0
    let t = this.#state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * limit)
  }

  /** Small ones are the most frequent, however large `limit` is. */
  small(limit: number): number {
    return this.below(this.below(limit) + 1)
  }

  pick<T>(items: ArrayLike<T>): T {
    return items[this.below(items.length)]!
  }
}

/** `DISREDIS_FUZZ_SEED` repeats a run. */
export function fuzzSeed(): number {
  const given = process.env.DISREDIS_FUZZ_SEED
  return given === undefined ? Math.floor(Math.random() * 2 ** 32) : Number(given)
}
