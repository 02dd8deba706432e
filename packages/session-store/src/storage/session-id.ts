import { hash } from 'node:crypto'

/** 21 characters of 64 possible ones hold 126 bits: nanoid's; the frameworks' own ids have 32. */
const SHORTEST = 21
/** More than any generator makes; a cookie holds no more than four times that. */
const LONGEST = 1_024

/**
 * Why a session id is refused, or undefined if it is not. An id has 21 to 1024 characters, whichever: a
 * key has the id's hash. Halves of surrogate pairs are refused, since all of them hash alike.
 */
export function checkSessionId(id: unknown): string | undefined {
  if (typeof id !== 'string') return 'it is not a string'
  if (id.length < SHORTEST) return `it is shorter than ${SHORTEST} characters`
  if (id.length > LONGEST) return `it is longer than ${LONGEST} characters`
  if (/\p{Surrogate}/u.test(id)) return 'it has unpaired surrogates'
  return undefined
}

/** SHA-256 in lowercase hex: what stands in keys instead of ids and user ids. */
export function sha256(text: string): string {
  return hash('sha256', text)
}
