import { describe, expect, test } from 'vitest'
import { InvalidAddressError } from '../errors.js'
import { parseSentinels } from './parse-sentinels.js'

describe('parseSentinels reads', () => {
  test.each([
    [
      'h1:26379,h2',
      [
        { host: 'h1', port: 26379 },
        { host: 'h2', port: 26379 },
      ],
    ],
    [
      ' h1:1 , h2:2 ',
      [
        { host: 'h1', port: 1 },
        { host: 'h2', port: 2 },
      ],
    ],
    ['10.0.0.1', [{ host: '10.0.0.1', port: 26379 }]],
    ['[::1]:5000', [{ host: '::1', port: 5000 }]],
    ['[fe80::1]', [{ host: 'fe80::1', port: 26379 }]],
    [
      ['h1', 'h2:7'],
      [
        { host: 'h1', port: 26379 },
        { host: 'h2', port: 7 },
      ],
    ],
    [[{ host: '::1', port: 5 }], [{ host: '::1', port: 5 }]],
    [['redis_sentinel-1.example.'], [{ host: 'redis_sentinel-1.example.', port: 26379 }]],
    [
      'h1,h1:26379,h2',
      [
        { host: 'h1', port: 26379 },
        { host: 'h2', port: 26379 },
      ],
    ],
  ])('%j', (input, expected) => {
    expect(parseSentinels(input)).toEqual(expected)
  })
})

describe('parseSentinels names the part it cannot read', () => {
  test.each([
    ['', 'Sentinel address 1 of 1 is empty'],
    ['h1,,h2', 'Sentinel address 2 of 3 is empty'],
    ['h1:abc', 'Sentinel address 1 of 1 is "h1:abc"; the port must be 1 to 65535, not "abc"'],
    ['h1:', 'the port must be 1 to 65535, not ""'],
    ['h1:0', 'not "0"'],
    ['h1:65536', 'not "65536"'],
    ['h1:1e3', 'not "1e3"'],
    ['ok,two words:1', 'Sentinel address 2 of 2 is "two words:1"'],
    [':26379', 'is ":26379"'],
    ['::1', 'write an IPv6 address as "[::1]"'],
    ['1:2:3', 'is "1:2:3"'],
    ['[nonsense]:1', 'is "[nonsense]:1"'],
    [[], '`sentinels` contains no address'],
    [['a', { host: '', port: 1 }], 'Sentinel address 2 of 2 has no usable `host`: ""'],
    [[{ host: 'a', port: 1.5 }], 'has the port 1.5'],
    [[null as never], 'must be a string or { host, port }, not null'],
    [42 as never, '`sentinels` takes "host:port,host:port" or an array of addresses, not number'],
  ])('%j', (input, message) => {
    expect(() => parseSentinels(input)).toThrow(InvalidAddressError)
    expect(() => parseSentinels(input)).toThrow(message)
  })
})

test.each(['redis://user:secret@h1:26379', 'user:secret@h1:26379'])(
  'a password inside %j never reaches the message',
  (input) => {
    const read = () => parseSentinels(input)
    expect(read).toThrow('is a URL; it takes "host" or "host:port"')
    expect(read).not.toThrow(/secret/)
  },
)

test('a host object with a password in it is not repeated', () => {
  expect(() => parseSentinels([{ host: 'user:secret@h', port: 1 }])).not.toThrow(/secret/)
})
