export interface Spread {
  readonly p50: number
  readonly p99: number
  readonly max: number
}

/** By nearest rank: with fewer than 100 values p99 is the largest. */
export function spreadOf(values: readonly number[]): Spread | undefined {
  if (values.length === 0) return undefined
  const sorted = [...values].sort((a, b) => a - b)
  const rank = (share: number) => sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)]!
  return { p50: rank(0.5), p99: rank(0.99), max: sorted[sorted.length - 1]! }
}
