/** What the batch flushes at its end. */
export interface BatchMember {
  flush(): void
}

/**
 * Everything that one client does until the end of the microtask queue: the time is read once, and
 * each connection that was written to does one socket write at the end (`process.nextTick` runs
 * after the microtasks that were pending).
 */
export class WriteBatch {
  readonly #readClock: () => number
  readonly #members: BatchMember[] = []
  #now = 0
  #isOpen = false

  constructor(readClock: () => number) {
    this.#readClock = readClock
  }

  /** Monotonic ms; constant within a batch. */
  now(): number {
    if (!this.#isOpen) this.#open()
    return this.#now
  }

  /** `member.flush()` is called once at the end of the batch. Call at most once per member and batch. */
  join(member: BatchMember): void {
    if (!this.#isOpen) this.#open()
    this.#members.push(member)
  }

  #open(): void {
    this.#isOpen = true
    this.#now = this.#readClock()
    process.nextTick(this.#close)
  }

  readonly #close = (): void => {
    this.#isOpen = false
    for (const member of this.#members.splice(0)) member.flush()
  }
}
