import { hash } from 'node:crypto'

/** 22 characters of 64 possible ones hold 132 bits; the frameworks' own ids have 32. */
const SHAPE = /^[A-Za-z0-9_-]{22,128}$/
/** What keys end in: such an id comes from someone who saw keys, not from a cookie that we set. */
const HASH_SHAPE = /^[0-9a-f]{64}$/i

/**
 * Why a session id is refused, or undefined if it is not. An id has 22 to 128 characters of
 * `A-Z a-z 0-9 _ -` and does not look like a SHA-256 in hex. Braces, colons, spaces and bytes that
 * could change a key's meaning are therefore refused before any key is built.
 */
export function checkSessionId(id: unknown): string | undefined {
  if (typeof id !== 'string') return 'it is not a string'
  if (id.length < 22) return 'it is shorter than 22 characters'
  if (id.length > 128) return 'it is longer than 128 characters'
  if (!SHAPE.test(id)) return 'it has characters other than A-Z a-z 0-9 _ -'
  if (id.length === 64 && HASH_SHAPE.test(id)) return 'it looks like a hash'
  return undefined
}

/** SHA-256 in lowercase hex: what stands in keys instead of ids and user ids. */
export function sha256(text: string): string {
  return hash('sha256', text)
}
