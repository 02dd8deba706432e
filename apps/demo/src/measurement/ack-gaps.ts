/** A time without any acknowledgement, between two of them. ms. */
export interface Gap {
  readonly start: number
  readonly end: number
}

/**
 * Finds the outage in a stream of acknowledgements: the longest time without one. It asks neither
 * the client nor Sentinel when the outage was.
 */
export class AckGaps {
  #last: number
  #longest: Gap | undefined

  /** @param last when the last acknowledgement came before the watch began */
  constructor(last: number) {
    this.#last = last
  }

  /** Undefined until an acknowledgement has come. */
  get longest(): Gap | undefined {
    return this.#longest
  }

  /** When the last acknowledgement came. */
  get last(): number {
    return this.#last
  }

  acknowledged(at: number): void {
    const { start, end } = this.#longest ?? { start: 0, end: Number.NEGATIVE_INFINITY }
    if (at - this.#last > end - start) this.#longest = { start: this.#last, end: at }
    this.#last = at
  }
}
