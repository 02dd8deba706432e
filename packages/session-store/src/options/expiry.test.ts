import { expect, test } from 'vitest'
import { DEFAULT_IDLE_TIMEOUT, idleTime, isTouchDue, LONGEST_LIFE } from './expiry.js'

test.each([
  ['the cookie decides', 5, undefined, 5],
  ['the shorter of cookie and idleTimeout', 60_000, 1_000, 1_000],
  ['the shorter of cookie and idleTimeout', 500, 1_000, 500],
  ['idleTimeout for a cookie that ends with the browser', undefined, 1_000, 1_000],
  ['a day without either', undefined, undefined, DEFAULT_IDLE_TIMEOUT],
  ['never beyond what browsers keep', 10 ** 15, undefined, LONGEST_LIFE],
  ['an expired cookie', -1, 1_000, -1],
])('%s', (_, remaining, idleTimeout, expected) => {
  expect(idleTime(remaining, { idleTimeout, touchAfter: 0 })).toBe(expected)
})

test('a touch is written when touchAfter has passed, or half of the life', () => {
  const options = { idleTimeout: undefined, touchAfter: 60_000 }
  const hour = 3_600_000
  expect(isTouchDue(1_000_000, 1_059_999, hour, options)).toBe(false)
  expect(isTouchDue(1_000_000, 1_060_000, hour, options)).toBe(true)
  expect(isTouchDue(1_000_000, 1_000_003, 5, options)).toBe(true)
})

test('with a server clock far ahead, touches are written too often, never too rarely', () => {
  const options = { idleTimeout: undefined, touchAfter: 60_000 }
  expect(isTouchDue(9_000_000, 1_000_000, 3_600_000, options)).toBe(true)
})
