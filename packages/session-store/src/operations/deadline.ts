import { SessionUnavailableError } from '../errors.js'
import { isNotDurable } from '../store-error.js'

const REFUSED_FOR_NOW = /^(READONLY|LOADING|MASTERDOWN|NOREPLICAS|CLUSTERDOWN|TRYAGAIN|BUSY)\b/
const FIRST_PAUSE = 20
const LONGEST_PAUSE = 200

/**
 * The time that each operation of a store has. All have the same, so they end in the order in which
 * they began, and one timer does for all.
 */
export class Deadlines {
  readonly #limit: number
  readonly #running = new Set<Deadline>()
  #timer: NodeJS.Timeout | undefined

  /** @param limit ms */
  constructor(limit: number) {
    this.#limit = limit
  }

  /**
   * Settles as `work` does, or rejects with SessionUnavailableError when the time has passed; what
   * `work` then still waits for is left to its fate, and it sends nothing more.
   */
  run<T>(work: (deadline: Deadline) => Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const deadline = new Deadline(this.#limit, reject)
      const working = work(deadline)
      this.#begin(deadline)
      working.then(
        (value) => {
          this.#end(deadline)
          resolve(value)
        },
        (error: unknown) => {
          this.#end(deadline)
          reject(error)
        },
      )
    })
  }

  #begin(deadline: Deadline): void {
    this.#running.add(deadline)
    if (this.#timer === undefined) this.#wait(this.#limit)
    else if (this.#running.size === 1) this.#timer.ref()
  }

  #end(deadline: Deadline): void {
    this.#running.delete(deadline)
    // Set and cleared for each operation, timers would cost more than all else here.
    if (this.#running.size === 0) this.#timer?.unref()
  }

  #wait(ms: number): void {
    this.#timer = setTimeout(() => this.#look(), ms)
  }

  #look(): void {
    this.#timer = undefined
    const now = performance.now()
    for (const deadline of this.#running) {
      if (deadline.end > now) {
        this.#wait(deadline.end - now)
        return
      }
      this.#running.delete(deadline)
      deadline.pass()
    }
  }
}

/** The time that one operation has for all its round trips and retries. */
export class Deadline {
  /** By `performance.now()`. */
  readonly end: number
  readonly #limit: number
  readonly #reject: (error: SessionUnavailableError) => void
  #hasPassed = false

  /** @internal */
  constructor(limit: number, reject: (error: SessionUnavailableError) => void) {
    this.#limit = limit
    this.#reject = reject
    this.end = performance.now() + limit
  }

  /**
   * Runs a command, again and again while Redis refuses it for now or its outcome is unknown: every
   * command of the store may be repeated.
   */
  attempt<T>(command: () => Promise<T>): Promise<T> {
    if (this.#hasPassed) return Promise.reject(this.#error(false))
    return command().catch((error: unknown) => this.#attemptAgain(command, error))
  }

  async #attemptAgain<T>(command: () => Promise<T>, failure: unknown): Promise<T> {
    let error = failure
    for (let pause = FIRST_PAUSE; ; pause = Math.min(pause * 2, LONGEST_PAUSE)) {
      if (!isWorthRepeating(error) || performance.now() + pause >= this.end) throw error
      await new Promise((resolve) => setTimeout(resolve, pause * (0.5 + Math.random() / 2)))
      if (this.#hasPassed) throw this.#error(false)
      try {
        return await command()
      } catch (again) {
        error = again
      }
    }
  }

  /** @internal */
  pass(): void {
    this.#hasPassed = true
    this.#reject(this.#error(true))
  }

  #error(mayHaveExecuted: boolean): SessionUnavailableError {
    const message = `Redis did not answer within the ${this.#limit} ms that option deadline allows`
    return new SessionUnavailableError(message, { retryable: true, mayHaveExecuted })
  }
}

function isWorthRepeating(error: unknown): boolean {
  if (!(error instanceof Error) || isNotDurable(error)) return false
  const { retryable, mayHaveExecuted } = error as { retryable?: unknown; mayHaveExecuted?: unknown }
  return retryable === true || mayHaveExecuted === true || REFUSED_FOR_NOW.test(error.message)
}
