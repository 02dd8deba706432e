import { SessionUnavailableError } from './errors.js'
import { isNotDurable } from './store-error.js'

const REFUSED_FOR_NOW = /^(READONLY|LOADING|MASTERDOWN|NOREPLICAS|CLUSTERDOWN|TRYAGAIN|BUSY)\b/
const FIRST_PAUSE = 20
const LONGEST_PAUSE = 200

/** The time that one operation has for all its round trips and retries. */
export class Deadline {
  readonly #end: number
  readonly #limit: number

  private constructor(limit: number) {
    this.#limit = limit
    this.#end = performance.now() + limit
  }

  /**
   * Settles as `work` does, or rejects with SessionUnavailableError when `limit` ms have passed; what
   * `work` then still waits for is left to its fate, and it sends nothing more.
   */
  static async run<T>(limit: number, work: (deadline: Deadline) => Promise<T>): Promise<T> {
    const deadline = new Deadline(limit)
    let timer: NodeJS.Timeout | undefined
    const passed = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(deadline.error(true)), limit)
    })
    try {
      return await Promise.race([work(deadline), passed])
    } finally {
      clearTimeout(timer)
    }
  }

  /**
   * Runs a command, again and again while Redis refuses it for now or its outcome is unknown: every
   * command of the store may be repeated.
   */
  async attempt<T>(command: () => Promise<T>): Promise<T> {
    for (let pause = FIRST_PAUSE; ; pause = Math.min(pause * 2, LONGEST_PAUSE)) {
      if (performance.now() >= this.#end) throw this.error(false)
      try {
        return await command()
      } catch (error) {
        if (!isWorthRepeating(error) || performance.now() + pause >= this.#end) throw error
      }
      await new Promise((resolve) => setTimeout(resolve, pause * (0.5 + Math.random() / 2)))
    }
  }

  error(mayHaveExecuted: boolean): SessionUnavailableError {
    const message = `Redis did not answer within the ${this.#limit} ms that option deadline allows`
    return new SessionUnavailableError(message, { retryable: true, mayHaveExecuted })
  }
}

function isWorthRepeating(error: unknown): boolean {
  if (!(error instanceof Error) || isNotDurable(error)) return false
  const { retryable, mayHaveExecuted } = error as { retryable?: unknown; mayHaveExecuted?: unknown }
  return retryable === true || mayHaveExecuted === true || REFUSED_FOR_NOW.test(error.message)
}
