/** The middle of several rounds and how far the rounds lie apart. */
export interface Summary {
  readonly median: number
  readonly min: number
  readonly max: number
}

/** @throws when `values` is empty. */
export function median(values: readonly number[]): number {
  if (values.length === 0) throw new Error('There is no median of no values')
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle]!
  return sorted.length % 2 === 1 ? upper : (sorted[middle - 1]! + upper) / 2
}

/** @throws when `values` is empty. */
export function summarize(values: readonly number[]): Summary {
  return { median: median(values), min: Math.min(...values), max: Math.max(...values) }
}

/**
 * Summary of `numerator[i] / denominator[i]`: rounds of the same number ran next to each other, so
 * their quotient does not see what the machine did between rounds.
 * @throws when the lists are empty or differ in length.
 */
export function summarizeRatios(
  numerator: readonly number[],
  denominator: readonly number[],
): Summary {
  if (numerator.length !== denominator.length) {
    throw new Error(`Rounds do not pair: ${numerator.length} against ${denominator.length}`)
  }
  return summarize(numerator.map((value, round) => value / denominator[round]!))
}
