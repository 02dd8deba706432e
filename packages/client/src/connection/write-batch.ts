import type { FlushBatch, Runtime } from '@disredis/connection'

/** What the batch flushes at its end. */
type BatchMember = Parameters<FlushBatch['join']>[0]

/**
 * After so many lone batches the rest of a turn of the event loop is looked at; by turns, or else it
 * might always be the end of a turn.
 */
const lookIntervals = [16, 17] as const

/**
 * Everything that one client writes in one go: the time is read once, and each connection that was
 * written to does one socket write at the end.
 *
 * A batch ends with the microtask queue (`process.nextTick`, called in a microtask, runs after all that
 * are pending), so a lone command is not delayed. When there are several commands in a turn of the event
 * loop, it ends with the turn: what is issued upon the replies, or upon the requests, of all sockets
 * that were readable leaves together.
 */
export class WriteBatch implements FlushBatch {
  readonly #runtime: Runtime
  readonly #members: BatchMember[] = []
  #now = 0
  #isOpen = false
  #commands = 0
  /** The last turn that was looked at had several commands. */
  #isCrowded = false
  #looks = 0
  #batchesUntilLook = 0
  #isLooking = false
  #commandsSeen = 0

  constructor(runtime: Runtime) {
    this.#runtime = runtime
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
    this.#now = this.#runtime.now()
    if (this.#isCrowded) {
      this.#runtime.afterIo(this.#close)
    } else {
      this.#runtime.nextTick(this.#close)
      if (!this.#isLooking && --this.#batchesUntilLook < 0) this.#look()
    }
  }

  readonly #close = (): void => {
    this.#isOpen = false
    this.#isCrowded = this.#commands > 1
    this.#commandsSeen += this.#commands
    this.#commands = 0
    for (const member of this.#members.splice(0)) member.flush()
  }

  /** Several callbacks of one turn may issue a command each. */
  #look(): void {
    this.#batchesUntilLook = lookIntervals[this.#looks++ & 1]!
    this.#isLooking = true
    this.#commandsSeen = 0
    this.#runtime.afterIo(() => {
      this.#isLooking = false
      if (this.#commandsSeen > 1) this.#isCrowded = true
    })
  }
}
