import { expect, test } from 'vitest'
import { ago, bytes, clock, count, milliseconds, plural, seconds } from './format.js'

test('numbers have separators and units, and what is not known is a dash', () => {
  expect([count(1_234_567), count(0), count(null)]).toEqual(['1,234,567', '0', '—'])
  expect([0.42, 3.14, 42.4, 1234.5, null].map(milliseconds)).toEqual([
    '0.42 ms',
    '3.1 ms',
    '42 ms',
    '1,235 ms',
    '—',
  ])
  expect([1_740, 24_300, undefined].map(seconds)).toEqual(['1.7\u00a0s', '24\u00a0s', '—'])
  expect([61_000, 3_661_000].map(clock)).toEqual(['01:01', '1:01:01'])
  expect([999, 1_200, 3_400_000, null].map(bytes)).toEqual(['999 B', '1.2 kB', '3.4 MB', '—'])
  expect([0, 12_000, 180_000].map(ago)).toEqual(['just now', '12 s ago', '3 min ago'])
  expect([plural(1, 'write'), plural(3, 'write')]).toEqual(['1 write', '3 writes'])
})
