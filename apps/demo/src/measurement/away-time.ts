/** ms without an acknowledged write from which on a client counts as away. */
export const awayFrom = 500

/**
 * How long writes were away: each time between two acknowledgements that is longer than
 * {@link awayFrom}, and the one that has not ended.
 */
export class AwayTime {
  #last: number
  #total = 0
  #longest = 0

  /** @param start ms */
  constructor(start: number) {
    this.#last = start
  }

  /** Counts from now on only. */
  restart(at: number): void {
    this.#last = at
    this.#total = 0
    this.#longest = 0
  }

  acknowledged(at: number): void {
    const gap = at - this.#last
    if (gap > awayFrom) {
      this.#total += gap
      this.#longest = Math.max(this.#longest, gap)
    }
    this.#last = at
  }

  /** ms away until now. */
  total(now: number): number {
    return this.#total + this.#current(now)
  }

  /** ms of the longest time away. */
  longest(now: number): number {
    return Math.max(this.#longest, this.#current(now))
  }

  #current(now: number): number {
    const gap = now - this.#last
    return gap > awayFrom ? gap : 0
  }
}
