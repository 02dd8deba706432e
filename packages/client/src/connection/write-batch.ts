/** What the batch flushes at its end. */
export interface BatchMember {
  flush(): void
}

/**
 * Everything that one client writes in one go: the time is read once, and each connection that was
 * written to does one socket write at the end.
 *
 * A batch ends with the microtask queue (`process.nextTick` runs after the microtasks that were
 * pending), so a lone command is not delayed. When the batch before held several commands, it ends
 * with the turn of the event loop: what is issued upon the replies of all sockets that were readable
 * leaves together.
 */
export class WriteBatch {
  readonly #readClock: () => number
  readonly #members: BatchMember[] = []
  #now = 0
  #isOpen = false
  #commands = 0
  #isBusy = false

  constructor(readClock: () => number) {
    this.#readClock = readClock
  }

  /** Monotonic ms; constant within a batch. */
  now(): number {
    if (!this.#isOpen) this.#open()
    return this.#now
  }

  /** As {@link now}; a command is written or queued. */
  countCommand(): number {
    if (!this.#isOpen) this.#open()
    this.#commands++
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
    if (this.#isBusy) setImmediate(this.#close)
    else process.nextTick(this.#close)
  }

  readonly #close = (): void => {
    this.#isOpen = false
    this.#isBusy = this.#commands > 1
    this.#commands = 0
    for (const member of this.#members.splice(0)) member.flush()
  }
}
