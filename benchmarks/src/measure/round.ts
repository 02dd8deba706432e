import { LatencyHistogram } from './latency-histogram.js'

/** The clock and the counters that all callers of one round share. */
export class Round {
  readonly latencies = new LatencyHistogram()
  readonly startedAt = performance.now()
  readonly #endsAt: number
  #operations = 0
  #isRunning = true

  /** @param duration in ms */
  constructor(duration: number) {
    this.#endsAt = this.startedAt + duration
  }

  get isRunning(): boolean {
    return this.#isRunning
  }

  get operations(): number {
    return this.#operations
  }

  /**
   * Counts one answered call that began at `startedAt` and stood for `operations` commands.
   * Returns the time, which is where the caller's next call begins: one clock reading per call.
   */
  answered(startedAt: number, operations: number): number {
    const now = performance.now()
    this.latencies.record((now - startedAt) * 1000)
    this.#operations += operations
    if (now >= this.#endsAt) this.#isRunning = false
    return now
  }

  /** Makes every caller stop after its current call. */
  abort(): void {
    this.#isRunning = false
  }
}
