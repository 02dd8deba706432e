import { expect, test } from 'vitest'
import { type FleetOptions, quote, resolveOptions } from './fleet-options.js'

test('the defaults are one master with a replica and three Sentinels', () => {
  expect(resolveOptions({})).toMatchObject({
    masters: ['shard-1'],
    replicas: 1,
    sentinels: 3,
    quorum: 2,
    downAfter: 1000,
    failoverTimeout: 10_000,
    dataUsers: [],
    tls: undefined,
  })
})

test('the quorum is the majority of the Sentinels', () => {
  const quorums = [1, 2, 3, 4, 5].map((sentinels) => resolveOptions({ sentinels }).quorum)
  expect(quorums).toEqual([1, 2, 2, 3, 3])
})

test('a user name beside a password turns the default user off', () => {
  expect(resolveOptions({ password: 'a b"c' }).dataUsers).toEqual([
    '"default" on ">a\\x20b\\"c" ~* &* +@all',
  ])
  const { dataUsers, sentinelUsers } = resolveOptions({
    username: 'app',
    password: 'pw',
    users: ['reader on >r ~* +@read'],
    sentinelPassword: 'spw',
  })
  expect(dataUsers).toEqual(['default off', '"app" on ">pw" ~* &* +@all', 'reader on >r ~* +@read'])
  expect(sentinelUsers).toEqual(['"default" on ">spw" ~* &* +@all'])
})

test('a quoted word has no character that ends it', () => {
  expect(quote('é\n\\')).toBe('"\\xc3\\xa9\\x0a\\\\"')
})

test.each<[FleetOptions, RegExp]>([
  [{ masters: 0 }, /Option masters is 0; it takes a whole number of at least 1/],
  [{ masters: [] }, /Option masters is \[\]; it takes at least one name, each once/],
  [{ masters: ['a', 'a'] }, /each once/],
  [{ masters: ['a/b'] }, /Option masters is "a\/b"; it takes names of letters/],
  [{ replicas: -1 }, /Option replicas is -1/],
  [{ sentinels: 1.5 }, /Option sentinels is 1.5/],
  [{ quorum: 0 }, /Option quorum/],
  [{ downAfter: Number.NaN }, /Option downAfter/],
  [{ downAfter: 499 }, /Option downAfter is 499; it takes a whole number of at least 500/],
  [{ username: 'app' }, /Option username is "app"; it takes a password as well/],
  [{ sentinelUsername: 'app' }, /Option sentinelUsername/],
  [
    { bind: { masters: 'localhost' } },
    /Option bind.masters is "localhost"; it takes an IP address/,
  ],
  [{ bind: { replicas: [] } }, /Option bind.replicas/],
  [{ tls: { caFile: 'ca.crt' } }, /Option tls .* all of caFile, certFile and keyFile, or none/],
  [
    { tls: { caFile: '/no/ca', certFile: '/no/cert', keyFile: '/no/key' } },
    /Option tls .* PEM files that can be read/,
  ],
])('%j is refused with what the option takes', (options, message) => {
  expect(() => resolveOptions(options)).toThrow(
    expect.objectContaining({
      code: 'DISREDIS_FLEET_OPTION',
      message: expect.stringMatching(message),
    }),
  )
})
