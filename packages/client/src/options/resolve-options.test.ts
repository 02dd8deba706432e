import { describe, expect, test } from 'vitest'
import { resolveOptions } from './resolve-options.js'

describe('options', () => {
  test('have their defaults and are frozen', () => {
    const options = resolveOptions('h1:1,h2')
    expect(options).toMatchObject({
      sentinels: [
        { host: 'h1', port: 1 },
        { host: 'h2', port: 26379 },
      ],
      commandTimeout: 10_000,
      connectTimeout: 2000,
      retryWrites: 'never',
      failoverGate: { timeout: 10_000, probeInterval: 10, openOn: 'confirmed' },
      queue: { maxCommands: 100_000, maxBytes: 67_108_864 },
    })
    expect(Object.isFrozen(options)).toBe(true)
  })

  test.each([
    [{}, '`sentinels` is missing: give the addresses of your Sentinels'],
    [{ host: 'h', port: 6379 }, '`host` and `port` of a master are found by asking them'],
    [undefined, 'not undefined'],
    [42, 'not number'],
    [{ sentinels: 'h', commandTimeout: '5' }, '`commandTimeout` takes 1 to 2147483647 ms, not "5"'],
    [
      { sentinels: 'h', connectTimeout: Number.NaN },
      '`connectTimeout` takes 1 to 2147483647 ms, not NaN',
    ],
    [{ sentinels: 'h', db: -1 }, '`db` takes a whole number from 0, not -1'],
    [
      { sentinels: 'h', retryWrites: 'always' },
      '`retryWrites` takes never or idempotent, not "always"',
    ],
    [{ sentinels: 'h', password: 5 }, '`password` takes a string, not number'],
    [
      { sentinels: 'h', queue: { maxBytes: 0.5 } },
      '`queue.maxBytes` takes a whole number from 1, not 0.5',
    ],
    [{ sentinels: 'h', credentials: {} }, '`credentials` takes a function'],
    [{ sentinels: 'h', family: 5 }, '`family` takes 0 or 4 or 6, not 5'],
    [{ sentinels: 'h', tls: 'yes' }, '`tls` takes `true`'],
  ])('%j: %s', (given, message) => {
    expect(() => resolveOptions(given as never)).toThrow(message)
  })
})
