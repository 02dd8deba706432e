type JsonObject = Record<string, unknown>

export interface Merge {
  readonly value: JsonObject
  /** Fields that both sides changed, differently. `mine` has them. */
  readonly clashes: readonly string[]
}

/**
 * Three-way merge of top-level fields: what `mine` changed against `base` (a removed field is a
 * change), on top of `theirs`.
 */
export function mergeThreeWay(base: JsonObject, mine: JsonObject, theirs: JsonObject): Merge {
  const value: JsonObject = { ...theirs }
  const clashes: string[] = []
  for (const field of new Set([...Object.keys(base), ...Object.keys(mine)])) {
    const before = JSON.stringify(base[field])
    const after = JSON.stringify(mine[field])
    if (after === before) continue
    const now = JSON.stringify(theirs[field])
    if (now !== before && now !== after) clashes.push(field)
    if (after === undefined) delete value[field]
    else value[field] = mine[field]
  }
  return { value, clashes }
}
