/** What a key holds. A sorted set is a map of scores. */
export type Value =
  | { readonly type: 'string'; readonly text: string }
  | { readonly type: 'list'; readonly items: string[] }
  | { readonly type: 'hash'; readonly fields: Map<string, string> }
  | { readonly type: 'set'; readonly members: Set<string> }
  | { readonly type: 'zset'; readonly scores: Map<string, number> }

export function copyValue(value: Value): Value {
  switch (value.type) {
    case 'string':
      return value
    case 'list':
      return { type: 'list', items: [...value.items] }
    case 'hash':
      return { type: 'hash', fields: new Map(value.fields) }
    case 'set':
      return { type: 'set', members: new Set(value.members) }
    case 'zset':
      return { type: 'zset', scores: new Map(value.scores) }
  }
}

/** Equal for equal values; for comparing what nodes hold. */
export function describeValue(value: Value): string {
  switch (value.type) {
    case 'string':
      return value.text
    case 'list':
      return `[${value.items.join(',')}]`
    case 'hash':
      return `{${[...value.fields]
        .map((it) => it.join('='))
        .sort()
        .join(',')}}`
    case 'set':
      return `{${[...value.members].sort().join(',')}}`
    case 'zset':
      return `{${[...value.scores]
        .map((it) => it.join(':'))
        .sort()
        .join(',')}}`
  }
}
