import { createHistogram } from 'node:perf_hooks'

/** Latency in ms; null without a sample. */
export interface Latency {
  readonly p50: number | null
  readonly p99: number | null
}

/** The last full interval. */
export interface Rate extends Latency {
  /** Operations per second. */
  readonly operations: number
}

/** Counts answered operations of a shard and how long they took. */
export class Meter {
  readonly #total = createHistogram()
  readonly #interval = createHistogram()
  #since: number
  #rate: Rate = { operations: 0, p50: null, p99: null }

  constructor(now: number) {
    this.#since = now
  }

  get rate(): Rate {
    return this.#rate
  }

  /** Since the start. */
  get latency(): Latency {
    return latencyOf(this.#total)
  }

  /** @param duration ms */
  record(duration: number): void {
    const microseconds = Math.max(1, Math.round(duration * 1000))
    this.#total.record(microseconds)
    this.#interval.record(microseconds)
  }

  /** Closes the interval: {@link rate} tells of it. */
  roll(now: number): void {
    const seconds = (now - this.#since) / 1000
    this.#rate = { operations: this.#interval.count / seconds, ...latencyOf(this.#interval) }
    this.#since = now
    this.#interval.reset()
  }
}

function latencyOf(histogram: ReturnType<typeof createHistogram>): Latency {
  if (histogram.count === 0) return { p50: null, p99: null }
  return { p50: histogram.percentile(50) / 1000, p99: histogram.percentile(99) / 1000 }
}
