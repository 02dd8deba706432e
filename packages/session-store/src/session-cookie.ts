import { SessionInvalidError } from './errors.js'

/** What the store reads of a framework's cookie object. Both express-session's and Fastify's fit. */
export interface CookieInput {
  readonly originalMaxAge?: number | null | undefined
  readonly expires?: Date | string | boolean | null | undefined
  /** Where there is one, what it returns is stored. */
  toJSON?(): unknown
}

/** Cookie metadata as it comes back from the store, in the shape that both frameworks take. */
export interface SessionCookie {
  /** ms, or null for a cookie that ends with the browser. */
  originalMaxAge: number | null
  /** With an `originalMaxAge`: that far from now. The expiry that counts is the one in Redis. */
  expires: Date | null
  secure?: boolean | 'auto'
  httpOnly?: boolean
  domain?: string
  path?: string
  sameSite?: boolean | 'lax' | 'strict' | 'none'
  partitioned?: boolean
  priority?: 'low' | 'medium' | 'high'
}

/** Cookie metadata ready to be stored. */
export interface EncodedCookie {
  readonly text: string
  readonly originalMaxAge: number | null
  /** ms until the cookie expires, 0 or less if it has; undefined if it ends with the browser. */
  readonly remaining: number | undefined
}

const ATTRIBUTES = [
  'secure',
  'httpOnly',
  'domain',
  'path',
  'sameSite',
  'partitioned',
  'priority',
] as const

/**
 * `expires` is left out where `originalMaxAge` says it: it moves with every request, and the stored
 * metadata should change only if the application changed it.
 *
 * @throws SessionInvalidError for an invalid date or a maxAge that is not finite.
 */
export function encodeCookie(cookie: CookieInput | undefined, now: number): EncodedCookie {
  const source = plain(cookie)
  const maxAge = readMaxAge(source.originalMaxAge)
  const stored: Record<string, unknown> = { originalMaxAge: maxAge }
  let remaining = maxAge ?? undefined
  if (maxAge === null) {
    const expires = readExpires(source.expires)
    if (expires !== undefined) {
      stored.expires = expires.toISOString()
      remaining = expires.getTime() - now
    }
  }
  for (const name of ATTRIBUTES) {
    const value = source[name]
    if (value !== undefined && value !== null) stored[name] = value
  }
  return { text: JSON.stringify(stored), originalMaxAge: maxAge, remaining }
}

/** @throws SyntaxError if the text is not what `encodeCookie` or a framework wrote. */
export function decodeCookie(text: string, now: number): SessionCookie {
  const value: unknown = JSON.parse(text)
  if (typeof value !== 'object' || value === null) throw new SyntaxError('Cookie is no object')
  const source = value as Record<string, unknown>
  const maxAge = typeof source.originalMaxAge === 'number' ? source.originalMaxAge : null
  const fixed = typeof source.expires === 'string' ? new Date(source.expires) : null
  if (fixed !== null && Number.isNaN(fixed.getTime())) throw new SyntaxError('Cookie has no date')
  const cookie: Record<string, unknown> = {
    originalMaxAge: maxAge,
    expires: maxAge === null ? fixed : new Date(now + maxAge),
  }
  for (const name of ATTRIBUTES) {
    if (source[name] !== undefined && source[name] !== null) cookie[name] = source[name]
  }
  return cookie as unknown as SessionCookie
}

/**
 * Whether two encodings mean the same. express-session's `resetMaxAge` may shorten `originalMaxAge`
 * by the time between two readings of its clock: that much is no change.
 */
export function isSameCookie(stored: EncodedCookie, given: EncodedCookie): boolean {
  if (stored.text === given.text) return true
  if (stored.originalMaxAge === null || given.originalMaxAge === null) return false
  const lost = stored.originalMaxAge - given.originalMaxAge
  if (lost <= 0 || lost > Math.min(1_000, stored.originalMaxAge / 100)) return false
  const marker = `{"originalMaxAge":${given.originalMaxAge}`
  return (
    `{"originalMaxAge":${stored.originalMaxAge}${given.text.slice(marker.length)}` === stored.text
  )
}

function plain(cookie: CookieInput | undefined): Record<string, unknown> {
  if (cookie === undefined || cookie === null) return {}
  const value: unknown = typeof cookie.toJSON === 'function' ? cookie.toJSON() : cookie
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
}

function readMaxAge(value: unknown): number | null {
  if (value === undefined || value === null) return null
  if (typeof value === 'number' && Number.isFinite(value)) return Math.ceil(value)
  throw new SessionInvalidError('The cookie has a maxAge that is not a finite number of ms')
}

function readExpires(value: unknown): Date | undefined {
  if (value === undefined || value === null || value === false) return undefined
  const date = value instanceof Date ? value : typeof value === 'string' ? new Date(value) : null
  if (date !== null && !Number.isNaN(date.getTime())) return date
  throw new SessionInvalidError('The cookie has an expiry that is not a valid date')
}
