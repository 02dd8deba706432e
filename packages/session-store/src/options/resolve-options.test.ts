import { expect, test } from 'vitest'
import { SessionOptionError } from '../errors.js'
import { SessionStore } from '../session-store.js'
import type { SessionRedis } from '../storage/session-redis.js'
import { LONGEST_LIFE } from './expiry.js'
import { resolveOptions } from './resolve-options.js'
import type { SessionPolicy } from './session-store-options.js'

type Options = SessionPolicy<Record<string, unknown>>
// No command is sent here; what options mean to a server is tested on servers.
const K1 = { id: 'k1', key: new Uint8Array(32) }
const client = { evalsha: async () => null } as unknown as SessionRedis
const resolve = (options: object) => resolveOptions(options as Options, () => client)

test('times are whole numbers of ms; what is longer than browsers keep cookies is clamped', () => {
  expect(resolve({ idleTimeout: 5 }).idleTimeout).toBe(5)
  expect(resolve({ idleTimeout: 10 ** 14 }).idleTimeout).toBe(LONGEST_LIFE)
  expect(resolve({ absoluteTimeout: 10 ** 14 }).absoluteTimeout).toBe(LONGEST_LIFE)
  expect(resolve({}).absoluteTimeout).toBe(LONGEST_LIFE)
})

test.each(
  ['idleTimeout', 'absoluteTimeout', 'tombstone', 'deadline', 'touchAfter', 'maxPayload'].flatMap(
    (option) =>
      [Number.NaN, 1.5, -1, Number.POSITIVE_INFINITY, '1000'].map((value) => [option, value]),
  ),
)('%s: %s is refused at once', (option, value) => {
  expect(() => resolve({ [String(option)]: value })).toThrow(
    new RegExp(`^Option ${String(option)} is .*; it takes a whole number`),
  )
})

test.each<[string, object]>([
  ['conflict', { conflict: 'first-write' }],
  ['onUnavailable', { onUnavailable: 'ignore' }],
  ['onUnavailable.stale', { onUnavailable: { stale: 0.5 } }],
  ['durability.replicas', { durability: { replicas: 0, timeout: 100 } }],
  ['durability.timeout', { durability: { replicas: 1, timeout: Number.NaN } }],
  ['prefix', { prefix: '' }],
  ['prefix', { prefix: 'sess:{a}' }],
  ['compression.above', { compression: { above: -1 } }],
  ['maxSessionsPerUser', { maxSessionsPerUser: 3 }],
  ['maxSessionsPerUser', { maxSessionsPerUser: 0, userId: () => '1' }],
  ['touchAfter', { touchAfter: 1_000, idleTimeout: 1_000 }],
  ['connectRedis.mode', { connectRedis: { mode: 'both' } }],
  ['connectRedis.mode', { connectRedis: 'share' }],
  ['connectRedis.client', { connectRedis: { mode: 'share', client: {} } }],
  ['adminClient', { adminClient: { scan: 'no' } }],
  ['hashIds', { hashIds: 'no' }],
  ['userId', { userId: 'user' }],
  ['schema', { schema: { validate: () => true } }],
  ['reservedNames', { reservedNames: 'cookie' }],
  ['reservedNames', { reservedNames: [5] }],
  ['durability.replicas', { durability: true }],
  ['encryption.acceptPlaintext', { encryption: { keys: [K1], acceptPlaintext: 'yes' } }],
  ['encryption', { encryption: null }],
  ['touchAfter', { touchAfter: null }],
])('%s is named in what refuses %j', (option, options) => {
  expect(() => resolve(options)).toThrow(SessionOptionError)
  expect(() => resolve(options)).toThrow(`Option ${option} is `)
})

test.each([
  undefined,
  'k'.repeat(32),
  [],
  [null],
  [{ id: 'k1', key: 'k'.repeat(32) }],
  [{ id: 'k1', key: new Uint8Array(16) }],
  [K1, K1],
])('keys that are none are refused: %j', (keys) => {
  expect(() => resolve({ encryption: { keys } })).toThrow(SessionOptionError)
})

test('without a client and without Sentinels the store says what to give it', () => {
  const make = (options: object) => () =>
    new SessionStore(options as ConstructorParameters<typeof SessionStore>[0])
  for (const nothing of [undefined, null, 'redis://h']) {
    expect(make(nothing as never)).toThrow('Give `sentinels: [...]`, or an existing client')
  }
  expect(make({})).toThrow('Give `sentinels: [...]`, or an existing client as `client`')
  expect(make({ client: {} })).toThrow('Option client takes a Disredis client or an ioredis Redis')
  // No connection is opened for options that are refused: the leak check would find it.
  expect(make({ sentinels: ['127.0.0.1:1'], deadline: 0 })).toThrow(SessionOptionError)
})
