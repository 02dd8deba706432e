import { randomBytes } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import {
  SessionOptionError,
  SessionTooLargeError,
  SessionUnauthenticError,
  SessionUndecodableError,
} from '../errors.js'
import { CorruptPayloadError } from './corrupt-payload-error.js'
import { type EncryptionKey, KeyRing } from './key-ring.js'
import { PayloadCodec, type PayloadOptions } from './payload-codec.js'

const K1 = { id: 'k1', key: randomBytes(32) }
const K2 = { id: 'k2', key: randomBytes(32) }
const TEXT = JSON.stringify({ user: 'ada', notes: 'x'.repeat(2_000) })

/** A codec, and what Redis has of what it encodes. */
const codec = (options: Partial<PayloadOptions> = {}, ...keys: EncryptionKey[]) => {
  const one = new PayloadCodec({
    maxPayload: 65_536,
    compressAbove: undefined,
    keys: keys.length === 0 ? undefined : new KeyRing(keys),
    acceptPlaintext: false,
    ...options,
  })
  return {
    encode: (text: string, context: string) => Buffer.from(one.encode(text, () => context)),
    decode: (bytes: Buffer, context: string) => one.decode(bytes, () => context),
  }
}

test.each([
  ['plain', codec()],
  ['compressed', codec({ compressAbove: 100 })],
  ['encrypted', codec({}, K1)],
  ['compressed and encrypted', codec({ compressAbove: 100 }, K1)],
])('%s data comes back as it was', (_, one) => {
  expect(one.decode(one.encode(TEXT, 'key'), 'key')).toBe(TEXT)
})

test('what was written with or without compression is read by both', () => {
  const plain = codec()
  const compressing = codec({ compressAbove: 100 })
  expect(compressing.encode(TEXT, 'key').length).toBeLessThan(100)
  expect(plain.decode(compressing.encode(TEXT, 'key'), 'key')).toBe(TEXT)
  expect(compressing.decode(plain.encode(TEXT, 'key'), 'key')).toBe(TEXT)
})

test('data that compression would not shrink stays as it is', () => {
  expect(codec({ compressAbove: 0 }).encode('{}', 'key').toString()).toBe('{}')
})

describe('encryption', () => {
  test('hides the data, and the same data differs each time', () => {
    const one = codec({}, K1)
    const bytes = one.encode(TEXT, 'key')
    expect(bytes.includes('ada')).toBe(false)
    expect(one.encode(TEXT, 'key').equals(bytes)).toBe(false)
  })

  test('keys rotate: the first encrypts, every key on the ring decrypts', () => {
    const old = codec({}, K1).encode(TEXT, 'key')
    const rotated = codec({}, K2, K1)
    expect(rotated.decode(old, 'key')).toBe(TEXT)
    expect(() => codec({}, K1).decode(rotated.encode(TEXT, 'key'), 'key')).toThrow(
      SessionUndecodableError,
    )
  })

  test('a value copied to another key, or changed by one bit, is not authentic', () => {
    const one = codec({}, K1)
    const bytes = one.encode(TEXT, 'key')
    expect(() => one.decode(bytes, 'another')).toThrow(SessionUnauthenticError)
    for (const position of [5, 20, 40, bytes.length - 1]) {
      const changed = Buffer.from(bytes)
      changed[position] = changed[position]! ^ 1
      expect(() => one.decode(changed, 'key')).toThrow(SessionUnauthenticError)
    }
  })

  test('nobody can put plain data in place of encrypted data, unless it is asked for', () => {
    const plain = codec().encode(TEXT, 'key')
    expect(() => codec({}, K1).decode(plain, 'key')).toThrow(SessionUndecodableError)
    expect(codec({ acceptPlaintext: true }, K1).decode(plain, 'key')).toBe(TEXT)
  })

  test('without keys, encrypted data is an error and not corrupt', () => {
    const bytes = codec({}, K1).encode(TEXT, 'key')
    expect(() => codec().decode(bytes, 'key')).toThrow(SessionUndecodableError)
  })

  test.each([
    ['no key', []],
    ['two keys with one id', [K1, { ...K2, id: 'k1' }]],
    ['a short key', [{ id: 'k', key: randomBytes(16) }]],
    ['an empty id', [{ id: '', key: randomBytes(32) }]],
  ])('%s is refused at once', (_, keys) => {
    expect(() => new KeyRing(keys)).toThrow(SessionOptionError)
  })
})

describe('the size cap', () => {
  test('is in bytes, and exact', () => {
    const one = codec({ maxPayload: 10 })
    expect(one.decode(one.encode('{"a":"éé"}'.slice(0, 8), 'key'), 'key')).toHaveLength(8)
    expect(() => one.encode('{"a":"ééé"}', 'key')).toThrow(SessionTooLargeError)
  })

  test('holds for what is read, before it is parsed or inflated in full', () => {
    const small = codec({ maxPayload: 100 })
    const bomb = codec({ maxPayload: 2 ** 24, compressAbove: 0 })
    const bytes = bomb.encode(`{"a":"${'x'.repeat(2 ** 20)}"}`, 'key')
    expect(() => small.decode(bytes, 'key')).toThrow(SessionTooLargeError)
    expect(() => small.decode(codec().encode(TEXT, 'key'), 'key')).toThrow(SessionTooLargeError)
    const encrypted = codec({}, K1).encode(TEXT, 'key')
    expect(() => codec({ maxPayload: 100 }, K1).decode(encrypted, 'key')).toThrow(
      SessionTooLargeError,
    )
  })
})

test.each([
  ['empty', ''],
  ['of no known format', 'xyz'],
  ['cut off', 'z\u0001'],
])('bytes that are %s are corrupt', (_, text) => {
  expect(() => codec().decode(Buffer.from(text, 'latin1'), 'key')).toThrow(CorruptPayloadError)
})

test('any bytes are read, or refused in a defined way', () => {
  const keys = [codec(), codec({ acceptPlaintext: true }, K1)]
  for (let i = 0; i < 2_000; i++) {
    const bytes = randomBytes(1 + (i % 80))
    bytes[0] = [0x7b, 0x7a, 0x65, bytes[0]!][i % 4]!
    for (const one of keys) {
      try {
        expect(typeof one.decode(bytes, 'key')).toBe('string')
      } catch (error) {
        expect(
          error instanceof CorruptPayloadError || error instanceof SessionUndecodableError,
        ).toBe(true)
      }
    }
  }
})
