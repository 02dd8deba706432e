import { expect, test } from 'vitest'
import { SentinelReplyError } from '../errors.js'
import { createAddressReader } from './read-address.js'

test('an address is what the Sentinel said', () => {
  expect(createAddressReader({})('10.0.0.1', '6379')).toEqual({
    host: '10.0.0.1',
    port: 6379,
  })
})

test('natMap replaces it, as an object and as a function; what it does not know stays', () => {
  const to = { host: 'public', port: 7000 }
  const byObject = createAddressReader({ natMap: { '10.0.0.1:6379': to, '[::1]:6379': to } })
  const byFunction = createAddressReader({ natMap: (key) => (key === '10.0.0.1:6379' ? to : null) })
  for (const read of [byObject, byFunction]) {
    expect(read('10.0.0.1', '6379')).toEqual(to)
    expect(read('10.0.0.2', '6379')).toEqual({ host: '10.0.0.2', port: 6379 })
  }
  expect(byObject('::1', 6379)).toEqual(to)
  expect(createAddressReader({ natMap: {} })('constructor', 1)).toEqual({
    host: 'constructor',
    port: 1,
  })
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
  const read = () => createAddressReader({})(host, port)
  expect(read).toThrow(SentinelReplyError)
  expect(read).toThrow(message)
})

test('a natMap that returns nonsense is named', () => {
  const read = createAddressReader({ natMap: () => ({ host: '', port: 1 }) })
  expect(() => read('10.0.0.1', 1)).toThrow('`natMap` returned the address with an empty host')
})

test.each(['0.0.0.0', '::', '0'])('%s is refused, unless natMap knows better', (host) => {
  const to = { host: '10.0.0.1', port: 7000 }
  const read = createAddressReader({ natMap: { '0.0.0.0:1': to, '[::]:1': to, '0:1': to } })
  expect(read(host, 1)).toEqual(to)
  expect(() => read(host, 2)).toThrow(SentinelReplyError)
  expect(() => read(host, 2)).toThrow('which is the machine of whoever dials it')
})

test('an address that is not allowed is refused by its name, after natMap', () => {
  const read = createAddressReader({
    natMap: { '10.0.0.1:1': { host: 'evil', port: 1 } },
    allowAddress: ({ host }) => host.startsWith('10.'),
  })
  expect(read('10.0.0.2', 1)).toEqual({ host: '10.0.0.2', port: 1 })
  expect(() => read('10.0.0.1', 1)).toThrow(
    'names the address evil:1, which `allowAddress` refuses',
  )
  expect(() => read('192.168.0.1', 1)).toThrow(SentinelReplyError)
})
