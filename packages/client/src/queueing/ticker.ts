import type { Runtime, Timer } from '@disredis/sentinel'

/** ms between two looks at the clock; deadlines are kept to about this. */
const interval = 20

/** Looked at on every tick while it says that it has something pending. */
export interface Ticked {
  /** @returns whether to be called again. */
  tick(now: number): boolean
}

/**
 * One coarse clock for all shards of a client; it runs only while one of them has commands pending.
 * Verdicts are given after what has arrived on the sockets was read: a stalled event loop makes no
 * healthy master look silent.
 */
export class Ticker {
  readonly #runtime: Runtime
  readonly #ticked = new Set<Ticked>()
  #timer: Timer | undefined

  constructor(runtime: Runtime) {
    this.#runtime = runtime
  }

  watch(ticked: Ticked): void {
    this.#ticked.add(ticked)
    this.#timer ??= this.#runtime.setTimer(this.#onTimer, interval)
  }

  stop(): void {
    this.#ticked.clear()
    this.#timer?.cancel()
    this.#timer = undefined
  }

  readonly #onTimer = (): void => {
    const now = this.#runtime.now()
    this.#runtime.afterIo(() => {
      for (const ticked of this.#ticked) if (!ticked.tick(now)) this.#ticked.delete(ticked)
      this.#timer =
        this.#ticked.size === 0 ? undefined : this.#runtime.setTimer(this.#onTimer, interval)
    })
  }
}
