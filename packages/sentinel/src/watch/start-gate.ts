import { type Address, formatAddress, type Timer } from '@disredis/connection'
import { decideMasters } from '../belief/decide-masters.js'
import { SentinelsUnreachableError, SentinelTimeoutError } from '../errors.js'
import { startDeadline } from '../link/deadline.js'
import type { SentinelSession } from '../link/sentinel-session.js'
import type { ResolvedWatcherOptions } from './watcher-options.js'

interface Answer {
  readonly from: string
  readonly names: readonly string[]
}

/** ms. */
const longestGrace = 300

/**
 * Says when a watcher has answers enough to start, and of which masters. Not with the first answer: it
 * may be from a Sentinel that was cut off and is out of date. Once one has answered, the others have
 * {@link longestGrace}, so a hung one delays the start by no more than that.
 */
export class StartGate {
  readonly #options: ResolvedWatcherOptions
  readonly #onDue: () => void
  readonly #answers = new Map<string, Answer>()
  readonly #limit: Timer
  #grace: Timer | undefined
  #isGraceOver = false
  #isLate = false

  /** `onDue`: `decide` is to be asked again although no Sentinel said anything. */
  constructor(options: ResolvedWatcherOptions, onDue: () => void) {
    this.#options = options
    this.#onDue = onDue
    this.#limit = startDeadline(options.runtime, options.startTimeout, () => {
      this.#isLate = true
      onDue()
    })
  }

  /** The masters that each answering Sentinel watches, by its id. */
  get lists(): ReadonlyMap<string, readonly string[]> {
    return new Map([...this.#answers].map(([id, { names }]) => [id, names]))
  }

  addAnswer(id: string, address: Address, names: readonly string[]): void {
    this.#answers.set(id, { from: formatAddress(address), names })
  }

  /**
   * The masters, or `undefined`: wait for more.
   *
   * @throws SentinelsUnreachableError, UnknownMasterError, MastersDisagreeError: it will not start
   */
  decide(members: readonly SentinelSession[]): readonly string[] | undefined {
    if (this.#answers.size === 0) {
      const isHopeless = members.every(({ verdict }) => verdict !== undefined)
      if (!isHopeless && !this.#isLate) return undefined
      throw this.#unreachable(members, { retryable: !isHopeless })
    }
    if (!members.every(({ isSettled }) => isSettled) && !this.#isGraceOver && !this.#isLate) {
      const { runtime, timeout } = this.#options
      this.#grace ??= startDeadline(runtime, Math.min(timeout, longestGrace), () => {
        this.#isGraceOver = true
        this.#onDue()
      })
      return undefined
    }
    const reports = [...this.#answers.values()].map(({ from, names }) => [from, names] as const)
    return decideMasters(this.#options.masters, new Map(reports))
  }

  /**
   * The masters are known but not where each of them is.
   *
   * @throws SentinelsUnreachableError when the time is up
   */
  checkTime(members: readonly SentinelSession[]): void {
    if (this.#isLate) throw this.#unreachable(members, { retryable: true })
  }

  close(): void {
    this.#limit.cancel()
    this.#grace?.cancel()
  }

  #unreachable(
    members: readonly SentinelSession[],
    options: { readonly retryable: boolean },
  ): SentinelsUnreachableError {
    const { startTimeout } = this.#options
    const errors = members.map(({ address, verdict, lastError, lastProblem }) => {
      const where = formatAddress(address)
      const text = `${where}: gave no usable answer within ${startTimeout} ms`
      const timeout = new SentinelTimeoutError(text, { address: where, retryable: true })
      return verdict ?? lastError ?? lastProblem ?? timeout
    })
    return new SentinelsUnreachableError(errors, options)
  }
}
