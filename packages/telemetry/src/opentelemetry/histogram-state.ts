import type { Attributes } from '@opentelemetry/api'

/** What OpenTelemetry's SDK keeps of a histogram for one set of attributes, as numbers in an array. */
export class HistogramState {
  readonly attributes: Attributes
  readonly #boundaries: readonly number[]
  readonly #counts: Float64Array
  #sum = 0
  #count = 0
  #min = Number.POSITIVE_INFINITY
  #max = Number.NEGATIVE_INFINITY

  /** @param boundaries upper ends of the buckets, which belong to them; ascending */
  constructor(attributes: Attributes, boundaries: readonly number[]) {
    this.attributes = attributes
    this.#boundaries = boundaries
    this.#counts = new Float64Array(boundaries.length + 1)
  }

  record(value: number): void {
    const boundaries = this.#boundaries
    let bucket = 0
    while (bucket < boundaries.length && value > boundaries[bucket]!) bucket++
    this.#counts[bucket]!++
    this.#count++
    this.#sum += value
    if (value < this.#min) this.#min = value
    if (value > this.#max) this.#max = value
  }

  /** So far, as the SDK's exporters take it. */
  snapshot(): {
    buckets: { boundaries: number[]; counts: number[] }
    sum: number
    count: number
    min: number
    max: number
  } {
    return {
      buckets: { boundaries: [...this.#boundaries], counts: [...this.#counts] },
      sum: this.#sum,
      count: this.#count,
      min: this.#min,
      max: this.#max,
    }
  }
}
