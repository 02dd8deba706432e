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
      silenceTimeout: 200,
      livenessTimeout: 1000,
      retryWrites: 'never',
      failoverGate: { timeout: 10_000, probeInterval: 10, openOn: 'confirmed' },
      queue: { maxCommands: 100_000, maxBytes: 67_108_864 },
    })
    expect(Object.isFrozen(options)).toBe(true)
  })

  test.each([
    [{}, '`sentinels` is missing: give the addresses of your Sentinels'],
    [{ host: 'h', port: 6379 }, 'the client asks them for `host` and `port` of the masters'],
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
    [{ sentinels: 'h', allowAddress: '10.0.0.0/8' }, '`allowAddress` takes a function'],
    [
      { sentinels: 'h', livenessTimeout: 150 },
      '`livenessTimeout` takes more than `silenceTimeout`, 200 ms, not 150',
    ],
    [{ sentinels: 'h', family: 5 }, '`family` takes 0 or 4 or 6, not 5'],
    [{ sentinels: 'h', tls: 'yes' }, '`tls` takes `true`'],
  ])('%j: %s', (given, message) => {
    expect(() => resolveOptions(given as never)).toThrow(message)
  })
})

describe('options of ioredis', () => {
  const sentinels = [{ host: 'h1', port: 1 }]

  test('stand beside addresses and URLs', () => {
    expect(resolveOptions('h1:1', { keyPrefix: 'a:', db: 2 })).toMatchObject({
      sentinels,
      keyPrefix: 'a:',
      db: 2,
    })
    const url = 'rediss-sentinel://u:p@h1:1/2?masters=a'
    const tls = { ca: 'authority' }
    const options = resolveOptions(url, { keyPrefix: 'a:', db: 2, tls })
    expect(options).toMatchObject({ keyPrefix: 'a:', db: 2, username: 'u', masters: ['a'], tls })
    expect(options.sentinelTLS).toEqual({})
    expect(resolveOptions(['h1:1'], { name: 'b' }).masters).toEqual(['b'])
  })

  test('that contradict the URL are refused without their values', () => {
    const twice = () => resolveOptions('redis-sentinel://:secret@h1', { password: 'other' })
    expect(twice).toThrow('`password` is given twice')
    expect(twice).not.toThrow(/secret|other/)
    expect(() => resolveOptions('redis-sentinel://h1/1', { db: 2 })).toThrow('`db` is given twice')
  })

  test('may be null, which is no value', () => {
    const nothing = { username: null, password: null, sentinelPassword: null, db: null, tls: null }
    const options = resolveOptions({ sentinels, ...nothing, retryStrategy: null } as never)
    expect(options).toMatchObject({ db: 0, tls: undefined })
    expect(options.credentials()).toEqual({ username: undefined, password: undefined })
  })

  test('may be the numbers and bytes that ioredis takes', () => {
    const given = { sentinels: [{ host: 'h1', port: '1' }], db: '3', keyPrefix: Buffer.from('ä:') }
    expect(resolveOptions(given as never)).toMatchObject({ sentinels, db: 3, keyPrefix: 'ä:' })
  })

  test('say what a role and a missing queue mean', () => {
    expect(resolveOptions({ sentinels, role: 'slave' })).toMatchObject({ readFrom: 'replica' })
    expect(resolveOptions({ sentinels, role: 'master' })).toMatchObject({ readFrom: 'master' })
    expect(resolveOptions({ sentinels, enableOfflineQueue: false }).queue.maxCommands).toBe(0)
    expect(resolveOptions({ sentinels, enableOfflineQueue: true }).queue.maxCommands).toBe(100_000)
  })

  test.each([
    [{ replyMapping: 'resp3' }, '`replyMapping` other than legacy is not supported'],
    [{ protocol: 2 }, '`protocol` other than 3 is not supported'],
    [{ autoResubscribe: false }, '`autoResubscribe` other than true is not supported'],
    [{ readOnly: true }, '`readOnly` other than false'],
    [{ preferredSlaves: [] }, '`preferredSlaves` is not supported'],
    [{ Connector: class {} }, '`Connector` is not supported: use `openSocket`'],
    [{ keyPrefix: Buffer.from([0xff]) }, '`keyPrefix` takes a string, or a Buffer of UTF-8'],
    [{ role: 'sentinel' }, "`role` takes 'master' or 'slave'"],
    [{ role: 'slave', readFrom: 'nearest' }, 'contradict each other'],
    [{ enableOfflineQueue: false, queue: {} }, 'contradict each other'],
  ])('%j are refused: %s', (given, message) => {
    expect(() => resolveOptions({ sentinels, ...given } as never)).toThrow(message)
  })
})
