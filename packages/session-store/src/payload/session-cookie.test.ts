import { describe, expect, test } from 'vitest'
import { SessionInvalidError } from '../errors.js'
import { decodeCookie, encodeCookie, isSameCookie } from './session-cookie.js'

const NOW = 1_700_000_000_000

test('what moves with every request is not stored', () => {
  const first = { originalMaxAge: 60_000, expires: new Date(NOW + 60_000), path: '/' }
  const later = { ...first, expires: new Date(NOW + 99_000) }
  expect(encodeCookie(first, NOW)).toEqual({
    text: '{"originalMaxAge":60000,"path":"/"}',
    originalMaxAge: 60_000,
    remaining: 60_000,
  })
  expect(encodeCookie(later, NOW).text).toBe(encodeCookie(first, NOW).text)
})

test('a cookie object speaks through its toJSON', () => {
  const cookie = { toJSON: () => ({ originalMaxAge: 5, httpOnly: true, secure: null }) }
  expect(encodeCookie(cookie, NOW).text).toBe('{"originalMaxAge":5,"httpOnly":true}')
})

test('a fixed expiry is kept as a date', () => {
  const cookie = encodeCookie({ originalMaxAge: null, expires: new Date(NOW + 1_000) }, NOW)
  expect(cookie.remaining).toBe(1_000)
  expect(decodeCookie(cookie.text, NOW).expires).toEqual(new Date(NOW + 1_000))
})

test.each([undefined, {}, { expires: false }, { expires: null, originalMaxAge: null }])(
  '%j ends with the browser',
  (cookie) => {
    const encoded = encodeCookie(cookie, NOW)
    expect(encoded.remaining).toBeUndefined()
    expect(decodeCookie(encoded.text, NOW)).toEqual({ originalMaxAge: null, expires: null })
  },
)

test('a cookie comes back with an expiry counted from now', () => {
  const text = '{"originalMaxAge":5000,"sameSite":"lax","path":"/","secure":true}'
  expect(decodeCookie(text, NOW)).toEqual({
    originalMaxAge: 5_000,
    expires: new Date(NOW + 5_000),
    sameSite: 'lax',
    path: '/',
    secure: true,
  })
})

test('a cookie is its own, whatever was written or read before it', () => {
  const cookies: object[] = [
    { originalMaxAge: 5_000, path: '/', secure: true },
    { originalMaxAge: 5_000, path: '/', secure: false },
    { originalMaxAge: 5_000, path: '/' },
    { originalMaxAge: 6_000, path: '/' },
    { originalMaxAge: 6_000, path: '/', sameSite: 'lax' },
    { originalMaxAge: null, path: '/' },
    { originalMaxAge: null, expires: new Date(NOW), path: '/' },
  ]
  for (const before of cookies) {
    for (const cookie of cookies) {
      encodeCookie(before, NOW)
      const { text } = encodeCookie(cookie, NOW)
      expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(cookie)))
      const first = decodeCookie(text, NOW)
      first.path = 'changed by whoever got it'
      first.expires?.setTime(0)
      const { expires, ...rest } = cookie as { expires?: Date; originalMaxAge: number | null }
      const now = rest.originalMaxAge === null ? null : new Date(NOW + rest.originalMaxAge)
      expect(decodeCookie(text, NOW)).toEqual({ ...rest, expires: expires ?? now })
    }
  }
})

describe('refused', () => {
  test.each([
    { originalMaxAge: Number.NaN },
    { originalMaxAge: Number.POSITIVE_INFINITY },
    { expires: new Date(Number.NaN) },
    { expires: 'yesterday' },
    { expires: true },
  ])('%j', (cookie) => {
    expect(() => encodeCookie(cookie, NOW)).toThrow(SessionInvalidError)
  })

  test.each(['null', '1', '{', '{"expires":"never"}'])('%s as stored metadata', (text) => {
    expect(() => decodeCookie(text, NOW)).toThrow(SyntaxError)
  })
})

test('a fraction of a millisecond is rounded up, so that 0.5 is not over at once', () => {
  expect(encodeCookie({ originalMaxAge: 0.5 }, NOW).remaining).toBe(1)
})

test('the drift of resetMaxAge is no change, every other difference is', () => {
  const cookie = (originalMaxAge: number, path = '/') =>
    encodeCookie({ originalMaxAge, path } as { originalMaxAge: number }, NOW)
  expect(isSameCookie(cookie(60_000), cookie(59_998))).toBe(true)
  expect(isSameCookie(cookie(60_000), cookie(60_001))).toBe(false)
  expect(isSameCookie(cookie(60_000), cookie(30_000))).toBe(false)
  expect(isSameCookie(cookie(60_000), cookie(59_998, '/other'))).toBe(false)
  expect(isSameCookie(cookie(5), cookie(4))).toBe(false)
})
