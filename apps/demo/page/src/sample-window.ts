import type { Sample } from '../../src/web/sections.js'
import { keptSamples, sampleInterval } from '../../src/web/sections.js'

/** The last minute in typed arrays of a fixed length: the newest sample stands at the end. */
export class SampleWindow {
  /** Seconds before the newest sample. */
  readonly times = new Float64Array(keptSamples)
  readonly operations = new Float64Array(keptSamples).fill(Number.NaN)
  readonly p50 = new Float64Array(keptSamples).fill(Number.NaN)
  readonly p99 = new Float64Array(keptSamples).fill(Number.NaN)
  readonly errors = new Float64Array(keptSamples).fill(Number.NaN)

  constructor() {
    for (let i = 0; i < keptSamples; i++) {
      this.times[i] = ((i - keptSamples + 1) * sampleInterval) / 1000
    }
  }

  add([operations, p50, p99, errors]: Sample): void {
    push(this.operations, operations)
    push(this.p50, p50)
    push(this.p99, p99)
    push(this.errors, errors)
  }

  /** The arrays from the first sample on that is known: before it there is nothing to draw. */
  known(values: Float64Array): Float64Array {
    const first = this.operations.findIndex((value) => !Number.isNaN(value))
    return values.subarray(first === -1 ? keptSamples - 1 : first)
  }

  /** The newest sample; NaN where nothing is known. */
  get last(): { readonly operations: number; readonly p50: number; readonly p99: number } {
    const newest = (values: Float64Array) => values[keptSamples - 1] as number
    return {
      operations: newest(this.operations),
      p50: newest(this.p50),
      p99: newest(this.p99),
    }
  }
}

function push(values: Float64Array, value: number | null): void {
  values.copyWithin(0, 1)
  values[values.length - 1] = value ?? Number.NaN
}
