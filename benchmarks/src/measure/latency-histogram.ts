const subBucketBits = 6
const subBuckets = 1 << subBucketBits
const bucketCount = (32 - subBucketBits) * subBuckets
const largest = 2 ** 31 - 1

/**
 * Latencies in whole microseconds, exact below 128 µs and within 1.6 % above. Fixed memory and no
 * allocation per record, so that counting does not disturb what is counted.
 */
export class LatencyHistogram {
  readonly #counts = new Uint32Array(bucketCount)
  #total = 0

  get total(): number {
    return this.#total
  }

  record(microseconds: number): void {
    const index = bucketOf(Math.min(microseconds, largest) | 0)
    this.#counts[index] = this.#counts[index]! + 1
    this.#total++
  }

  /** The smallest recorded value that `fraction` (0..1) of all do not exceed; 0 when empty. */
  quantile(fraction: number): number {
    const wanted = Math.max(1, Math.ceil(this.#total * fraction))
    let seen = 0
    for (let bucket = 0; bucket < bucketCount; bucket++) {
      seen += this.#counts[bucket]!
      if (seen >= wanted) return lowerEdge(bucket)
    }
    return 0
  }
}

function bucketOf(value: number): number {
  const shift = Math.max(0, 31 - Math.clz32(value) - subBucketBits)
  return shift * subBuckets + (value >>> shift)
}

function lowerEdge(bucket: number): number {
  const shift = Math.max(0, Math.floor(bucket / subBuckets) - 1)
  return (bucket - shift * subBuckets) * 2 ** shift
}
