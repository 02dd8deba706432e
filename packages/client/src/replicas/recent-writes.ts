/** When each slot was written last by this client: its readers must find what it wrote. */
export class RecentWrites {
  readonly #window: number
  readonly #writtenAt = new Float64Array(16384).fill(Number.NEGATIVE_INFINITY)

  /** @param window ms after a write in which its slot is read from the master. */
  constructor(window: number) {
    this.#window = window
  }

  note(slot: number, now: number): void {
    this.#writtenAt[slot] = now
  }

  noteAll(now: number): void {
    this.#writtenAt.fill(now)
  }

  isRecent(slot: number, now: number): boolean {
    return now - this.#writtenAt[slot]! < this.#window
  }
}
