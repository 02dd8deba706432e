/**
 * Whether two sets of options mean the same: plain objects, lists and buffers by what they hold,
 * anything else (functions, TLS contexts) only if it is the very same object.
 */
export function isSameOption(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true
  if (Buffer.isBuffer(a) && Buffer.isBuffer(b)) return a.equals(b)
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((item, index) => isSameOption(item, b[index]))
  }
  if (!isPlain(a) || !isPlain(b)) return false
  const keys = new Set([...Object.keys(a), ...Object.keys(b)])
  return [...keys].every((key) => isSameOption(a[key], b[key]))
}

function isPlain(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}
