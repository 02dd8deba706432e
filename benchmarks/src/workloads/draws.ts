/** Cheap repeatable random numbers, one stream per caller (a linear congruential generator). */
export class Draws {
  #state: number

  constructor(seed: number) {
    this.#state = Math.imul(seed + 1, 0x9e3779b1)
  }

  /** An integer from 0 to `limit` - 1. */
  below(limit: number): number {
    this.#state = (Math.imul(this.#state, 1664525) + 1013904223) | 0
    return Math.floor(((this.#state >>> 8) / 0x1000000) * limit)
  }
}
