/** Exponential delays with jitter: a crowd of clients must not knock at the same moment. */
export class Backoff {
  readonly #first: number
  readonly #cap: number
  readonly #random: () => number
  #attempts = 0

  /** @param first and cap in ms: delays double from `first` to `cap`, each times 0.5..1. */
  constructor(first: number, cap: number, random: () => number) {
    this.#first = first
    this.#cap = cap
    this.#random = random
  }

  get attempts(): number {
    return this.#attempts
  }

  /** ms to wait before the next attempt. */
  next(): number {
    const delay = Math.min(this.#cap, this.#first * 2 ** Math.min(this.#attempts, 30))
    this.#attempts++
    return delay * (0.5 + this.#random() / 2)
  }

  reset(): void {
    this.#attempts = 0
  }
}
