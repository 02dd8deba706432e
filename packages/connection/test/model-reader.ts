import type { ReplyLimits } from '../src/index.js'

/**
 * What RESP3's specification makes of bytes that are there as a whole, by the plainest means: recursion
 * and regular expressions. The reader that takes them in pieces must come to the same.
 */
export interface Told {
  /** Replies, errors and pushes, each as {@link show} writes it. */
  readonly events: readonly string[]
  readonly end: 'complete' | 'incomplete' | 'malformed'
}

export interface ModelOptions {
  readonly limits: ReplyLimits
  readonly stringNumbers: boolean
  /** Whether the strings of the reply with that index are wanted as text. */
  wantsText(index: number): boolean
}

class Incomplete extends Error {}
class Malformed extends Error {}

export function readByModel(
  bytes: Buffer,
  { limits, stringNumbers, wantsText }: ModelOptions,
): Told {
  const events: string[] = []
  let at = 0
  let replies = 0
  let isText = false
  let cost = 0

  function line(): string {
    const end = bytes.indexOf('\n', at)
    if (end - at > limits.maxLineBytes + 2) throw new Malformed()
    if (end === -1) throw new Incomplete()
    const text = bytes.toString('latin1', at + 1, end - 1)
    if (bytes[end - 1] !== 0x0d || end - 1 <= at || text.includes('\r')) throw new Malformed()
    if (text.length > limits.maxLineBytes) throw new Malformed()
    at = end + 1
    return text
  }

  function length(pattern = /^\d{1,20}$/): number {
    const text = line()
    if (!pattern.test(text)) throw new Malformed()
    return Number(text)
  }

  function lengthOrNull(): number | null {
    const size = length(/^(?:-0*1|\d{1,20})$/)
    return size === -1 ? null : size
  }

  function string(size: number): Buffer {
    if (size > limits.maxStringBytes) throw new Malformed()
    if (bytes.length < at + size + 2) throw new Incomplete()
    const it = bytes.subarray(at, at + size)
    if (bytes.toString('latin1', at + size, at + size + 2) !== '\r\n') throw new Malformed()
    at += size + 2
    return it
  }

  function charge(amount: number): void {
    cost += amount
    if (cost > limits.maxReplyBytes) throw new Malformed()
  }

  function asked(it: Buffer): unknown {
    return isText ? it.toString() : it
  }

  function items(size: number, depth: number): unknown[] {
    charge(size * 100)
    if (depth >= limits.maxDepth) throw new Malformed()
    return Array.from({ length: size }, () => value(depth + 1))
  }

  /** @param depth 0: a reply of its own, which is not charged for its bytes */
  function value(depth: number): unknown {
    if (at >= bytes.length) throw new Incomplete()
    const pay = (amount: number) => depth > 0 && charge(amount)
    const type = String.fromCharCode(bytes[at]!)
    switch (type) {
      case '+': {
        const text = line()
        pay(text.length)
        return asked(Buffer.from(text, 'latin1'))
      }
      case '-': {
        const error = new Error(Buffer.from(line(), 'latin1').toString())
        pay(1000 + error.message.length)
        return error
      }
      case '!': {
        const error = new Error(string(length()).toString())
        pay(1000 + error.message.length)
        return error
      }
      case ':': {
        const text = line()
        if (!/^[+-]?\d{1,20}$/.test(text)) throw new Malformed()
        return stringNumbers ? text : Number(text)
      }
      case '(': {
        const text = line()
        pay(text.length)
        return text
      }
      case ',': {
        const text = line()
        pay(text.length)
        return stringNumbers ? text : asked(Buffer.from(text, 'latin1'))
      }
      case '#': {
        const text = line()
        if (text !== 't' && text !== 'f') throw new Malformed()
        return text === 't' ? 1 : 0
      }
      case '_':
        if (line() !== '') throw new Malformed()
        return null
      case '$': {
        const size = lengthOrNull()
        if (size === null) return null
        const it = string(size)
        pay(size)
        return asked(it)
      }
      case '=': {
        const size = length()
        const it = string(size)
        if (it.toString('latin1', 3, 4) !== ':') throw new Malformed()
        pay(size)
        return asked(it.subarray(4))
      }
      case '*': {
        const size = lengthOrNull()
        return size === null ? null : items(size, depth)
      }
      case '~':
        return items(length(), depth)
      case '%':
        return items(length() * 2, depth)
      case '|':
        items(length() * 2, depth)
        if (depth === 0) cost = 0
        return value(depth)
      default:
        throw new Malformed()
    }
  }

  /** Attributes may stand before a push as well. */
  function skipAttributes(): void {
    while (bytes[at] === 0x7c) {
      cost = 0
      isText = wantsText(replies)
      items(length() * 2, 0)
    }
  }

  try {
    while (at < bytes.length) {
      skipAttributes()
      cost = 0
      if (bytes[at] === 0x3e) {
        isText = false
        events.push(`push ${show(items(length(), 0))}`)
        continue
      }
      isText = wantsText(replies)
      const reply = value(0)
      replies++
      events.push(show(reply))
    }
    return { events, end: 'complete' }
  } catch (error) {
    if (error instanceof Incomplete) return { events, end: 'incomplete' }
    if (error instanceof Malformed) return { events, end: 'malformed' }
    throw error
  }
}

/** One form for each value: `===` is quicker than comparing megabytes item by item. */
export function show(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(show).join(' ')}]`
  if (Buffer.isBuffer(value)) return `b"${value.toString('latin1')}"`
  if (typeof value === 'string') return `t"${value}"`
  if (value instanceof Error) return `e"${value.message}"`
  return `${value}`
}
