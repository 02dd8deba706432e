const interval = 5
/** Delays of timers that are no stall, ms. Many short stalls in a row are as good as a long one. */
const tolerated = 2

/**
 * Notes when this process's event loop stood still: the machine gave it no time, or the program
 * computed. Nobody settles a promise then, and that is no fault of a client.
 */
export class StallWatch {
  readonly #stalls: { readonly from: number; readonly until: number }[] = []
  #last = performance.now()
  #timer: NodeJS.Timeout | undefined

  start(): void {
    this.#last = performance.now()
    this.#timer = setInterval(() => this.#look(), interval)
  }

  stop(): void {
    this.#look()
    clearInterval(this.#timer)
  }

  /** ms between the two times in which the loop stood still. */
  stalled(from: number, until: number): number {
    let total = 0
    for (const stall of this.#stalls) {
      total += Math.max(0, Math.min(until, stall.until) - Math.max(from, stall.from))
    }
    return total
  }

  #look(): void {
    const now = performance.now()
    if (now - this.#last > interval + tolerated) {
      this.#stalls.push({ from: this.#last + interval, until: now })
    }
    this.#last = now
  }
}
