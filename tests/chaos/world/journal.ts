export interface Entry {
  /** ms since the start of the run. */
  readonly at: number
  readonly who: string
  readonly what: string
}

const mostEntries = 5_000

/** What happened, in the order in which this process saw it; shown when a run fails. */
export class Journal {
  readonly #start = performance.now()
  readonly #entries: Entry[] = []
  #dropped = 0

  note(who: string, what: string): void {
    if (this.#entries.length < mostEntries) {
      this.#entries.push({ at: performance.now() - this.#start, who, what })
    } else this.#dropped++
  }

  clear(): void {
    this.#entries.length = 0
    this.#dropped = 0
  }

  lines(): string[] {
    const lines = this.#entries.map(
      ({ at, who, what }) => `${(at / 1000).toFixed(3).padStart(9)} s  ${who.padEnd(12)} ${what}`,
    )
    return this.#dropped === 0 ? lines : [...lines, `(${this.#dropped} more entries)`]
  }
}
