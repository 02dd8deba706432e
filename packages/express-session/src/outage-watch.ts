const PROBE_INTERVAL = 1_000

export interface OutageWatchOptions {
  /** ms without any answer after which it is an outage; undefined: never. */
  readonly after: number | undefined
  /** Whether Redis answers now. Never rejects. */
  readonly probe: () => Promise<boolean>
  readonly onOutage: () => void
  readonly onRecovery: () => void
}

type State =
  | { readonly name: 'up' | 'out' | 'closed' }
  | { readonly name: 'failing'; readonly since: number }

const UP: State = { name: 'up' }

/**
 * Tells a lasting outage from a failover. One failed operation makes it ask by itself, every second,
 * until there is an answer; with shards, an answer of any of them. Only when all questions of `after`
 * ms went without one is it an outage, and every outage ends with `onRecovery`.
 */
export class OutageWatch {
  readonly #options: OutageWatchOptions
  #state: State = UP
  #timer: NodeJS.Timeout | undefined

  constructor(options: OutageWatchOptions) {
    this.#options = options
  }

  /** An operation failed because Redis did not answer. */
  failed(): void {
    if (this.#options.after === undefined || this.#state.name !== 'up') return
    this.#state = { name: 'failing', since: performance.now() }
    this.#askLater()
  }

  close(): void {
    clearTimeout(this.#timer)
    this.#recovered()
    this.#state = { name: 'closed' }
  }

  #askLater(): void {
    this.#timer = setTimeout(() => void this.#ask(), PROBE_INTERVAL)
    this.#timer.unref()
  }

  async #ask(): Promise<void> {
    const isAnswered = await this.#options.probe()
    if (this.#state.name === 'closed') return
    if (isAnswered) {
      this.#recovered()
      return
    }
    const { after = Infinity, onOutage } = this.#options
    if (this.#state.name === 'failing' && performance.now() - this.#state.since >= after) {
      this.#state = { name: 'out' }
      onOutage()
    }
    this.#askLater()
  }

  #recovered(): void {
    const wasOut = this.#state.name === 'out'
    this.#state = UP
    if (wasOut) this.#options.onRecovery()
  }
}
