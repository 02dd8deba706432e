import { expect, test } from 'vitest'
import { isLoopback, isUnspecified } from './host-and-port.js'

test.each([
  ...['0.0.0.0', '0', '0.0', '000.0.0.0', '::', '0:0:0:0:0:0:0:0', '0000::0'],
  ...['::0.0.0.0', '::ffff:0.0.0.0', '::FFFF:0:0', '0:0:0:0:0:ffff:0:0'],
])('%s leads to whoever dials it', (host) => {
  expect(isUnspecified(host)).toBe(true)
})

test.each(['10.0.0.0', '0.0.0.1', '::1', 'fe80::', '0:0:0:0:0:0:0:2', 'zero', '::ffff:10.0.0.0'])(
  '%s is an address',
  (host) => {
    expect(isUnspecified(host)).toBe(false)
  },
)

test.each([
  '127.0.0.1',
  '127.9.9.9',
  'localhost',
  'LOCALHOST.',
  '::1',
  '0:0:0:0:0:0:0:1',
  '::ffff:127.0.0.1',
])('%s is of this machine', (host) => {
  expect(isLoopback(host)).toBe(true)
})

test.each([
  '128.0.0.1',
  '10.127.0.1',
  'redis.localhost.example',
  '::2',
  '::',
  'fe80::1',
  '::ffff:10.0.0.1',
])('%s is of another machine, as far as it says', (host) => {
  expect(isLoopback(host)).toBe(false)
})
