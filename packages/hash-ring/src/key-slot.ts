import { Buffer } from 'node:buffer'
import { CRC16_PAIR_STEPS, CRC16_STEPS } from './crc16.js'
import { HashRingError } from './hash-ring-error.js'

const OPENING_BRACE = 0x7b
const CLOSING_BRACE = 0x7d

/** Constants of this module: V8 looks imports up again at each access. */
const steps = CRC16_STEPS
const pairSteps = CRC16_PAIR_STEPS

/**
 * Not a method of the key: V8 has many kinds of strings, and looks the method up for every character
 * once it has met more than four of them here.
 */
const { charCodeAt } = String.prototype

/** How many slots there are: Redis Cluster's number. Slots run from 0 to 16383. */
export const SLOT_COUNT = 16384

/** A Redis key. A string stands for its UTF-8 bytes, a lone surrogate for those of U+FFFD. */
export type Key = string | Uint8Array

/**
 * The slot of a key, 0 to 16383: what `CLUSTER KEYSLOT` answers.
 *
 * It is CRC16/XMODEM of {@link hashTag} of the key, modulo 16384.
 * @throws {HashRingError} `DISREDIS_INVALID_KEY` when the key is neither a string nor bytes.
 */
export function keySlot(key: Key): number {
  if (typeof key !== 'string') return slotOfBytes(hashTag(key))
  const { length } = key
  let crc = 0
  let i = 0
  // Two characters a step: each step waits for the one before.
  for (; i + 1 < length; i += 2) {
    const first = charCodeAt.call(key, i)
    const second = charCodeAt.call(key, i + 1)
    const hasBrace = first === OPENING_BRACE || second === OPENING_BRACE
    if (hasBrace || (first | second) > 0x7f) return slotOfTag(hashTag(key))
    crc = pairSteps[(crc >>> 8) ^ first]! ^ steps[(crc & 0xff) ^ second]!
  }
  if (i < length) {
    const last = charCodeAt.call(key, i)
    if (last > 0x7f) return slotOfTag(hashTag(key))
    crc = ((crc << 8) & 0xffff) ^ steps[(crc >>> 8) ^ last]!
  }
  return crc % SLOT_COUNT
}

/**
 * The part of the key that decides its slot: what stands between the first `{` and the first `}` after
 * it, or the whole key when there is no such pair or nothing in between. Keys with an equal hash tag
 * share a shard. Bytes are returned as a view, not a copy.
 * @throws {HashRingError} `DISREDIS_INVALID_KEY` when the key is neither a string nor bytes.
 */
export function hashTag(key: string): string
export function hashTag(key: Uint8Array): Uint8Array
export function hashTag(key: Key): Key
export function hashTag(key: Key): Key {
  if (typeof key === 'string') {
    const open = key.indexOf('{')
    const close = open === -1 ? -1 : key.indexOf('}', open + 1)
    return close > open + 1 ? key.slice(open + 1, close) : key
  }
  if (!(key instanceof Uint8Array)) throw invalidKey(key)
  const open = key.indexOf(OPENING_BRACE)
  const close = open === -1 ? -1 : key.indexOf(CLOSING_BRACE, open + 1)
  return close > open + 1 ? key.subarray(open + 1, close) : key
}

/** @param tag in which braces mean nothing */
function slotOfTag(tag: string): number {
  let crc = 0
  for (let i = 0; i < tag.length; i++) {
    const code = charCodeAt.call(tag, i)
    if (code > 0x7f) return slotOfBytes(Buffer.from(tag))
    crc = ((crc << 8) & 0xffff) ^ steps[(crc >>> 8) ^ code]!
  }
  return crc % SLOT_COUNT
}

function slotOfBytes(bytes: Uint8Array): number {
  let crc = 0
  for (let i = 0; i < bytes.length; i++) {
    crc = ((crc << 8) & 0xffff) ^ steps[(crc >>> 8) ^ bytes[i]!]!
  }
  return crc % SLOT_COUNT
}

function invalidKey(key: unknown): HashRingError {
  const got = key === null ? 'null' : Array.isArray(key) ? 'an array' : typeof key
  return new HashRingError(
    'DISREDIS_INVALID_KEY',
    `A key must be a string or a Buffer (Uint8Array), but got ${got}.`,
  )
}
