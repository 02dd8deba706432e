export interface Entry {
  /** ms since the start of the run. */
  readonly at: number
  readonly who: string
  readonly what: string
}

const mostEntries = 50_000

/** What happened, in the order in which this process saw it; shown when a run fails. */
export class Journal {
  readonly #start = performance.now()
  readonly #entries: Entry[] = []
  #dropped = 0

  note(who: string, what: string): void {
    this.#entries.push({ at: performance.now() - this.#start, who, what })
    if (this.#entries.length < 2 * mostEntries) return
    this.#dropped += mostEntries
    this.#entries.splice(0, mostEntries)
  }

  /** A time of `performance.now()` as the lines have it. */
  timeOf(time: number): string {
    return `${((time - this.#start) / 1000).toFixed(3)} s`
  }

  clear(): void {
    this.#entries.length = 0
    this.#dropped = 0
  }

  lines(): string[] {
    const lines = this.#entries.map(
      ({ at, who, what }) => `${(at / 1000).toFixed(3).padStart(9)} s  ${who.padEnd(12)} ${what}`,
    )
    return this.#dropped === 0 ? lines : [`(${this.#dropped} entries before)`, ...lines]
  }
}
