import { isUtf8 } from 'node:buffer'
import type { Argument } from '@disredis/connection'

// Node.js 20 has them, and the types of ES2023 do not.
const { isWellFormed, toWellFormed } = String.prototype as unknown as {
  isWellFormed(this: string): boolean
  toWellFormed(this: string): string
}

/** Stands before bytes that are no text, one byte a character; no text contains it: it is half a character. */
const bytesMark = '\udc80'

/**
 * A key or an argument as a string: equal strings are equal bytes on the wire, and the other way round,
 * whether callers give text or bytes.
 */
export function keyText(key: Argument): string {
  // What is no character is sent as U+FFFD.
  if (typeof key === 'string') return isWellFormed.call(key) ? key : toWellFormed.call(key)
  const bytes = Buffer.from(key.buffer, key.byteOffset, key.length)
  return isUtf8(bytes) ? bytes.toString('utf8') : bytesMark + bytes.toString('latin1')
}

const scratch = Buffer.allocUnsafeSlow(1024)

/** A copy that holds on to nothing else: a part of a string keeps the whole of it in memory. */
export function ownText(text: string): string {
  const { length } = text
  // V8 copies shorter ones.
  if (length < 13) return text
  const isAscii = Buffer.byteLength(text) === length
  if (!isAscii) return Buffer.from(text, 'utf16le').toString('utf16le')
  if (length > scratch.length) return Buffer.from(text, 'latin1').toString('latin1')
  return scratch.toString('latin1', 0, scratch.write(text, 'latin1'))
}
