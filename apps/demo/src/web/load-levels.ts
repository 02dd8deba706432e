import type { LoadLevel } from './sections.js'

/** ms between two calls of each of a shard's ten callers. */
export const pauseOf: Readonly<Record<LoadLevel, number>> = { low: 100, normal: 30, high: 8 }

export function isLoadLevel(value: unknown): value is LoadLevel {
  return typeof value === 'string' && Object.hasOwn(pauseOf, value)
}
