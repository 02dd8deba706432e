import { createRequire } from 'node:module'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { HashRingError } from './hash-ring-error.js'
import { hashTag, keySlot } from './key-slot.js'

const clusterKeySlot: (key: Uint8Array) => number = createRequire(import.meta.url)(
  'cluster-key-slot',
)

// Braces and non-ASCII often enough that tags of every shape occur.
const character = fc.oneof(
  fc.constantFrom('{', '}', 'a', 'é', '键', '👍'),
  fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
)
const text = fc.string({ unit: character, maxLength: 40 })
const bytes = fc.uint8Array({ maxLength: 40 })

/** CRC16/XMODEM bit by bit, as its definition reads. */
function slotByDefinition(data: Uint8Array): number {
  let crc = 0
  for (const byte of data) {
    for (let bit = 7; bit >= 0; bit--) {
      const carry = (crc >> 15) ^ ((byte >> bit) & 1)
      crc = ((crc << 1) & 0xffff) ^ (carry ? 0x1021 : 0)
    }
  }
  return crc & 16383
}

/** cluster-key-slot 1.1.1 looks for another tag after an empty one; Redis takes the whole key. */
const hasEmptyTag = (key: Uint8Array) => /^[^{]*\{\}/s.test(Buffer.from(key).toString('latin1'))

test.each([
  ['', 0],
  ['123456789', 0x31c3],
  ['foo', 12182],
  ['{user1000}.following', 3443],
  ['{user1000}.followers', 3443],
  ['foo{}{bar}', 8363],
  ['foo{{bar}}zap', 4015],
  ['foo{bar}{zap}', 5061],
])('the slot of %j is %i, as in the Redis Cluster specification', (key, slot) => {
  expect(keySlot(key)).toBe(slot)
  expect(keySlot(Buffer.from(key))).toBe(slot)
})

test('every string has the slot that cluster-key-slot gives its bytes', () => {
  fc.assert(
    fc.property(text, (key) => {
      const utf8 = Buffer.from(key)
      const expected = hasEmptyTag(utf8) ? slotByDefinition(utf8) : clusterKeySlot(utf8)
      expect(keySlot(key)).toBe(expected)
    }),
    { numRuns: 5000 },
  )
})

test('every byte sequence has the slot that cluster-key-slot gives it', () => {
  fc.assert(
    fc.property(bytes, (key) => {
      const expected = hasEmptyTag(key) ? slotByDefinition(key) : clusterKeySlot(key)
      expect(keySlot(key)).toBe(expected)
    }),
    { numRuns: 5000 },
  )
})

test('the slot is the CRC of the hash tag, of strings and of bytes alike', () => {
  fc.assert(
    fc.property(text, (key) => {
      const utf8 = Buffer.from(key)
      expect(Buffer.from(hashTag(key))).toEqual(hashTag(utf8))
      expect(keySlot(key)).toBe(slotByDefinition(hashTag(utf8)))
    }),
    { numRuns: 5000 },
  )
})

test.each([
  ['{user1000}.following', 'user1000'],
  ['foo{{bar}}zap', '{bar'],
  ['foo{bar}{zap}', 'bar'],
  ['}{a}', 'a'],
  ['plain', 'plain'],
  ['foo{}{bar}', 'foo{}{bar}'],
  ['open{end', 'open{end'],
  ['', ''],
])('the hash tag of %j is %j', (key, tag) => {
  expect(hashTag(key)).toBe(tag)
})

test('a lone surrogate counts as U+FFFD, which is what a connection sends for it', () => {
  expect(keySlot('a\ud800b')).toBe(keySlot('a\ufffdb'))
  expect(keySlot('a\ud800b')).toBe(keySlot(Buffer.from('a\ud800b')))
})

test('a view on a larger buffer counts only its own bytes', () => {
  expect(keySlot(Buffer.from('..foo..').subarray(2, 5))).toBe(keySlot('foo'))
})

test.each([
  [42, 'number'],
  [null, 'null'],
  [undefined, 'undefined'],
  [['a'], 'an array'],
  [{ secret: 'a' }, 'object'],
  [new Uint16Array(2), 'object'],
])('a key that is neither text nor bytes is refused: %j', (key, got) => {
  const expected = new HashRingError(
    'DISREDIS_INVALID_KEY',
    `A key must be a string or a Buffer (Uint8Array), but got ${got}.`,
  )
  expect(() => keySlot(key as never)).toThrow(expected)
  expect(() => hashTag(key as never)).toThrow(expected)
})
