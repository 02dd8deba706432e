import { expect, test } from 'vitest'
import { SentinelReplyError } from '../errors.js'
import { createAddressReader } from './read-address.js'

test('an address is what the Sentinel said', () => {
  expect(createAddressReader(undefined)('10.0.0.1', '6379')).toEqual({
    host: '10.0.0.1',
    port: 6379,
  })
})

test('natMap replaces it, as an object and as a function; what it does not know stays', () => {
  const to = { host: 'public', port: 7000 }
  const byObject = createAddressReader({ '10.0.0.1:6379': to, '[::1]:6379': to })
  const byFunction = createAddressReader((key) => (key === '10.0.0.1:6379' ? to : null))
  for (const read of [byObject, byFunction]) {
    expect(read('10.0.0.1', '6379')).toEqual(to)
    expect(read('10.0.0.2', '6379')).toEqual({ host: '10.0.0.2', port: 6379 })
  }
  expect(byObject('::1', 6379)).toEqual(to)
  expect(createAddressReader({})('constructor', 1)).toEqual({ host: 'constructor', port: 1 })
})

test.each([
  ['', '6379', 'with an empty host; can the Sentinel resolve the name?'],
  ['10.0.0.1', '0', '"10.0.0.1" with port 0'],
  ['10.0.0.1', '', 'with port 0'],
  ['10.0.0.1', '65536', 'with port 65536'],
  ['10.0.0.1', 'x', 'with port null'],
  ['10.0.0.1', undefined, 'with port undefined'],
  ['two words', '1', '"two words" with port 1'],
  [undefined, '1', 'The Sentinel names the address undefined'],
])('host %j and port %j are refused', (host, port, message) => {
  const read = () => createAddressReader(undefined)(host, port)
  expect(read).toThrow(SentinelReplyError)
  expect(read).toThrow(message)
})

test('a natMap that returns nonsense is named', () => {
  const read = createAddressReader(() => ({ host: '', port: 1 }))
  expect(() => read('10.0.0.1', 1)).toThrow('`natMap` returned the address with an empty host')
})
