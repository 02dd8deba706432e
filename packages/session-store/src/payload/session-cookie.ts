import { SessionInvalidError } from '../errors.js'

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

/** ms: a thousand years. */
const LONGEST_MAX_AGE = 3.2e13

type Attributes = { readonly [Name in (typeof ATTRIBUTES)[number]]?: unknown }

/**
 * `expires` is left out where `originalMaxAge` says it: it moves with every request, and the stored
 * metadata should change only if the application changed it.
 *
 * @throws SessionInvalidError for an invalid date or a maxAge that is not finite.
 */
export function encodeCookie(cookie: CookieInput | undefined, now: number): EncodedCookie {
  const source = plain(cookie)
  // A date that is none has made a maxAge that is none: it is the date that is wrong.
  if (source.expires instanceof Date) readExpires(source.expires)
  const originalMaxAge = readMaxAge(source.originalMaxAge)
  if (originalMaxAge !== null) {
    return { text: textOf(originalMaxAge, source), originalMaxAge, remaining: originalMaxAge }
  }
  const expires = readExpires(source.expires)
  const text = JSON.stringify({
    originalMaxAge,
    ...(expires && { expires: expires.toISOString() }),
    ...validAttributes(source),
  })
  return { text, originalMaxAge, remaining: expires && expires.getTime() - now }
}

interface Written {
  readonly maxAge: number
  readonly attributes: Attributes
  readonly text: string
}

/** Nearly all cookies of an application say the same: what was written last is written again. */
let written: Written = { maxAge: Number.NaN, attributes: {}, text: '' }

function textOf(maxAge: number, attributes: Attributes): string {
  if (written.maxAge !== maxAge || !isSame(written.attributes, attributes)) {
    const own = validAttributes(attributes)
    const text = JSON.stringify({ originalMaxAge: maxAge, ...own })
    written = { maxAge, attributes: own, text }
  }
  return written.text
}

function isSame(one: Attributes, other: Attributes): boolean {
  for (const name of ATTRIBUTES) if ((one[name] ?? null) !== (other[name] ?? null)) return false
  return true
}

function attributesOf(source: Attributes): Attributes {
  const attributes: Record<string, unknown> = {}
  for (const name of ATTRIBUTES) {
    const value = source[name]
    if (value !== undefined && value !== null && typeof value !== 'object') attributes[name] = value
  }
  return attributes
}

interface Read {
  readonly text: string
  readonly cookie: SessionCookie
}

/** As with {@link written}. */
let read: Read = { text: '', cookie: { originalMaxAge: null, expires: null } }

/** @throws SyntaxError if the text is not what `encodeCookie` or a framework wrote. */
export function decodeCookie(text: string, now: number): SessionCookie {
  if (read.text !== text) read = { text, cookie: parseCookie(text) }
  const cookie = { ...read.cookie }
  const { originalMaxAge, expires } = cookie
  if (originalMaxAge !== null) cookie.expires = new Date(now + originalMaxAge)
  else if (expires !== null) cookie.expires = new Date(expires)
  return cookie
}

/** What a browser takes in an attribute: no control characters, no separators. */
const TEXT = /^[\x20-\x3A\x3C-\x7E]*$/
const DOMAIN = /^\.?[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/i

/** Of each attribute: whether a value can be one. Redis holds what others may have written. */
const VALID: Readonly<Record<(typeof ATTRIBUTES)[number], (value: unknown) => boolean>> = {
  secure: (value) => typeof value === 'boolean' || value === 'auto',
  httpOnly: (value) => typeof value === 'boolean',
  domain: (value) => typeof value === 'string' && value.length <= 255 && DOMAIN.test(value),
  path: (value) => typeof value === 'string' && value.length <= 1_024 && TEXT.test(value),
  sameSite: (value) =>
    typeof value === 'boolean' || ['lax', 'strict', 'none'].includes(String(value).toLowerCase()),
  partitioned: (value) => typeof value === 'boolean',
  priority: (value) => ['low', 'medium', 'high'].includes(String(value).toLowerCase()),
}

function validAttributes(source: Attributes): Attributes {
  const attributes = attributesOf(source)
  for (const name of ATTRIBUTES) {
    if (attributes[name] === undefined || VALID[name](attributes[name])) continue
    throw new SessionInvalidError(`The cookie has a ${name} that no browser accepts`)
  }
  return attributes
}

function parseCookie(text: string): SessionCookie {
  const value: unknown = JSON.parse(text)
  if (typeof value !== 'object' || value === null) throw new SyntaxError('Cookie is not an object')
  const source = value as Record<string, unknown>
  const originalMaxAge = source.originalMaxAge ?? null
  // As far as a date reaches, from any time that is now.
  const isLife = typeof originalMaxAge === 'number' && Math.abs(originalMaxAge) <= LONGEST_MAX_AGE
  if (originalMaxAge !== null && !isLife) throw new SyntaxError('Cookie has no maxAge')
  const isDate = typeof source.expires === 'string' && source.expires.length <= 64
  if (source.expires !== undefined && source.expires !== null && !isDate) {
    throw new SyntaxError('Cookie has no date')
  }
  const expires = isDate ? new Date(source.expires as string) : null
  if (expires !== null && Number.isNaN(expires.getTime())) {
    throw new SyntaxError('Cookie has no date')
  }
  const attributes = attributesOf(source)
  for (const name of ATTRIBUTES) {
    const attribute: unknown = attributes[name]
    if (attribute !== undefined && !VALID[name](attribute)) {
      throw new SyntaxError(`Cookie has no valid ${name}`)
    }
  }
  return { originalMaxAge, expires, ...attributes } as SessionCookie
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
  // false: as `expires`, it ends with the browser.
  if (value === undefined || value === null || value === false) return null
  if (typeof value === 'number' && Number.isFinite(value)) {
    return Math.max(-LONGEST_MAX_AGE, Math.min(Math.ceil(value), LONGEST_MAX_AGE))
  }
  throw new SessionInvalidError('The cookie has a maxAge that is not a finite number of ms')
}

function readExpires(value: unknown): Date | undefined {
  if (value === undefined || value === null || value === false) return undefined
  const date = value instanceof Date ? value : typeof value === 'string' ? new Date(value) : null
  if (date !== null && !Number.isNaN(date.getTime())) return date
  throw new SessionInvalidError('The cookie has an expiry that is not a valid date')
}
