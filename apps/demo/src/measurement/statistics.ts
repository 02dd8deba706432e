/** Null without a value. */
export interface Spread {
  readonly median: number | null
  readonly max: number | null
}

export function spreadOf(values: readonly number[]): Spread {
  const ascending = [...values].sort((a, b) => a - b)
  return { median: medianOf(ascending), max: ascending.at(-1) ?? null }
}

function medianOf(ascending: readonly number[]): number | null {
  const middle = ascending.length / 2
  const high = ascending[Math.floor(middle)]
  const low = ascending[Math.ceil(middle) - 1]
  return high === undefined || low === undefined ? null : (low + high) / 2
}
