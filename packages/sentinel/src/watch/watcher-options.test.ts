import { systemRuntime } from '@disredis/connection'
import { describe, expect, test } from 'vitest'
import { InvalidAddressError, InvalidOptionError } from '../errors.js'
import { resolveWatcherOptions } from './watcher-options.js'

test('every default is in its place', () => {
  expect(resolveWatcherOptions({ sentinels: 'h1,h2:1' })).toEqual({
    sentinels: [
      { host: 'h1', port: 26379 },
      { host: 'h2', port: 1 },
    ],
    masters: undefined,
    username: undefined,
    password: undefined,
    pollInterval: 1000,
    timeout: 1000,
    connectTimeout: 2000,
    startTimeout: 10_000,
    connectionName: 'disredis',
    runtime: systemRuntime,
  })
})

test('resolved options are frozen, and masters sorted', () => {
  const options = resolveWatcherOptions({ sentinels: 'h', masters: ['b', 'a'] })
  expect(options.masters).toEqual(['a', 'b'])
  expect(Object.isFrozen(options)).toBe(true)
  expect(Object.isFrozen(options.sentinels)).toBe(true)
})

describe('what an option cannot take is an error that names it', () => {
  test.each([
    [{ pollInterval: 1001 }, '`pollInterval` takes 1 to 1000 ms, not 1001'],
    [{ pollInterval: 0 }, '`pollInterval` takes'],
    [{ timeout: Number.NaN }, '`timeout` takes 1 to 2147483647 ms, not NaN'],
    [{ connectTimeout: -1 }, '`connectTimeout`'],
    [{ startTimeout: Number.POSITIVE_INFINITY }, '`startTimeout`'],
    [{ startTimeout: '1' as never }, '`startTimeout`'],
    [{ masters: [] }, '`masters`'],
    [{ masters: [''] }, '`masters`'],
    [{ masters: 'a' as never }, '`masters`'],
    [{ masters: ['a', 'a'] }, '`masters` names a master twice'],
    [{ connectionName: 'two words' }, '`connectionName`'],
    [{ password: 5 as never }, '`password` takes a string, not number'],
    [{ username: null as never }, '`username`'],
    [{ tls: 'yes' as never }, '`tls`'],
    [{ natMap: 5 as never }, '`natMap`'],
    [{ natMap: { 'a:1': { host: '', port: 1 } } }, '`natMap` maps "a:1"'],
    [{ lookup: {} as never }, '`lookup` takes a function'],
    [{ allowAddress: [] as never }, '`allowAddress` takes a function'],
    [{ openSocket: 1 as never }, '`openSocket` takes a function'],
    [{ dial: 'x' as never }, '`dial` takes a function'],
  ])('%o', (options, message) => {
    const resolve = () => resolveWatcherOptions({ sentinels: 'h', ...options })
    expect(resolve).toThrow(InvalidOptionError)
    expect(resolve).toThrow(message)
  })

  test('and so are addresses', () => {
    expect(() => resolveWatcherOptions({ sentinels: 'h:x' })).toThrow(InvalidAddressError)
    expect(() => resolveWatcherOptions(undefined as never)).toThrow(InvalidOptionError)
  })
})
