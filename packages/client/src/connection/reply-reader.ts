import { ReplyError } from 'ioredis'

/** Who gets the replies of one connection, in their order. */
export interface ReplyTarget {
  /** Whether the strings of the next reply are wanted as text (UTF-8) rather than as buffers. */
  isText(): boolean
  /** @param isText what {@link isText} said of it */
  reply(reply: unknown, isText: boolean): void
  error(error: Error): void
  /** A push, which answers no command. It and all that follows is not for this reader. */
  pushed(bytes: Buffer): void
}

interface Aggregate {
  readonly items: unknown[]
  filled: number
}

/**
 * Reads RESP3 into what ioredis's reader makes of it for callers that know RESP2: doubles are their
 * text, booleans 1 or 0, maps and sets flat arrays. Text is made where it is wanted without a buffer
 * for each string in between.
 *
 * It is stricter than ioredis's reader, which takes `$zz` for a length: whatever is not RESP3 throws
 * before a reply could be given to a command that it does not answer.
 *
 * A chunk may end anywhere. What is read of an array stays read; only its unfinished item waits.
 */
export class ReplyReader {
  readonly #target: ReplyTarget
  readonly #stringNumbers: boolean
  #chunk: Buffer = nothing
  #at = 0
  /** Of the item that the last chunk broke off: its bytes so far, and how many it lacks at least. */
  #pieces: Buffer[] = []
  #missing = 0
  readonly #open: Aggregate[] = []
  #isText = false

  constructor(target: ReplyTarget, stringNumbers: boolean) {
    this.#target = target
    this.#stringNumbers = stringNumbers
  }

  /** @throws Error if the bytes are not RESP3: the connection is of no more use then */
  read(received: Buffer): void {
    const chunk = this.#missing === 0 ? received : this.#pieceTogether(received)
    if (chunk === undefined) return
    this.#chunk = chunk
    this.#at = 0
    this.#readItems(chunk)
    // An idle connection keeps no memory of what it read.
    this.#chunk = nothing
  }

  #readItems(chunk: Buffer): void {
    while (this.#at < chunk.length) {
      const start = this.#at
      if (this.#open.length === 0) {
        if (chunk[start] === push) {
          this.#target.pushed(chunk.subarray(start))
          return
        }
        this.#isText = this.#target.isText()
      }
      if (!this.#readItem()) {
        this.#pieces.push(chunk.subarray(start))
        return
      }
    }
  }

  #pieceTogether(received: Buffer): Buffer | undefined {
    this.#pieces.push(received)
    this.#missing -= received.length
    if (this.#missing > 0) return undefined
    this.#missing = 0
    const whole = Buffer.concat(this.#pieces)
    this.#pieces = []
    return whole
  }

  /** False if the chunk ends before the item does. */
  #readItem(): boolean {
    const chunk = this.#chunk
    const type = chunk[this.#at]!
    if (type === blobString || type === number || type === array) {
      return this.#readNumbered(type)
    }
    switch (type) {
      case map:
      case set:
      case blobError:
      case verbatimString:
        return this.#readNumbered(type)
      case simpleString:
      case simpleError:
      case bool:
      case nil:
      case double:
      case bigNumber:
        return this.#readLine(type)
      default:
        throw new Error(`The server sent what is not RESP3: a reply of type ${type}`)
    }
  }

  /** What begins with a number: the value, or the size of what follows. */
  #readNumbered(type: number): boolean {
    const chunk = this.#chunk
    const { length } = chunk
    let at = this.#at + 1
    const sign = chunk[at]
    if (sign === minus || sign === plus) at++
    const firstDigit = at
    let size = 0
    for (; at < length; at++) {
      const value = chunk[at]! - digit0
      if (value >= 0 && value <= 9) size = size * 10 + value
      else if (chunk[at] === carriageReturn) break
      else throw malformed('a length or number', at)
    }
    const begin = at + 2
    if (begin > length) return this.#lacks(begin - length)
    if (at === firstDigit) throw malformed('a length or number', at)
    this.#checkLineEnd(at)
    if (type === number) {
      const value = this.#stringNumbers
        ? chunk.toString('latin1', this.#at + 1, at)
        : sign === minus
          ? -size
          : size
      this.#at = begin
      this.#deliver(value)
      return true
    }
    if (sign === minus) {
      // RESP2's null, and no other negative length.
      if (size !== 1) throw malformed('a length', firstDigit)
      this.#at = begin
      this.#deliver(null)
      return true
    }
    if (size > longest) throw malformed('a length', firstDigit)
    if (type === array || type === set || type === map) {
      this.#at = begin
      const items = new Array(type === map ? size * 2 : size)
      if (items.length === 0) this.#deliver(items)
      else this.#open.push({ items, filled: 0 })
      return true
    }
    const end = begin + size
    if (end + 2 > length) return this.#lacks(end + 2 - length)
    this.#checkLineEnd(end)
    this.#at = end + 2
    if (type === blobError) this.#fail(chunk.toString('utf8', begin, end))
    // `txt:` stands before the text.
    else this.#deliver(this.#string(type === verbatimString ? begin + 4 : begin, end))
    return true
  }

  #readLine(type: number): boolean {
    const chunk = this.#chunk
    const begin = this.#at + 1
    let end = begin
    while (end < chunk.length && chunk[end] !== carriageReturn) end++
    if (end + 2 > chunk.length) return this.#lacks(end + 2 - chunk.length)
    this.#checkLineEnd(end)
    this.#at = end + 2
    switch (type) {
      case nil:
        this.#deliver(null)
        break
      case bool:
        this.#deliver(chunk[begin] === letterT ? 1 : 0)
        break
      case simpleError:
        this.#fail(chunk.toString('utf8', begin, end))
        break
      case bigNumber:
        this.#deliver(chunk.toString('latin1', begin, end))
        break
      case double:
        this.#deliver(
          this.#stringNumbers ? chunk.toString('latin1', begin, end) : this.#string(begin, end),
        )
        break
      default:
        this.#deliver(this.#string(begin, end))
    }
    return true
  }

  /** One byte too few or too many, and every reply after it would answer another command. */
  #checkLineEnd(at: number): void {
    if (this.#chunk[at] !== carriageReturn || this.#chunk[at + 1] !== lineFeed) {
      throw malformed('the end of a line', at)
    }
  }

  #lacks(bytes: number): false {
    this.#missing = bytes
    return false
  }

  #string(begin: number, end: number): string | Buffer {
    return this.#isText
      ? this.#chunk.toString('utf8', begin, end)
      : this.#chunk.subarray(begin, end)
  }

  #fail(message: string): void {
    const error = new ReplyError(message)
    if (this.#open.length === 0) this.#target.error(error)
    else this.#deliver(error)
  }

  #deliver(value: unknown): void {
    let item = value
    while (this.#open.length > 0) {
      const aggregate = this.#open[this.#open.length - 1]!
      aggregate.items[aggregate.filled++] = item
      if (aggregate.filled < aggregate.items.length) return
      this.#open.pop()
      item = aggregate.items
    }
    this.#target.reply(item, this.#isText)
  }
}

/** Says where, never what: it may be a payload. */
function malformed(what: string, at: number): Error {
  return new Error(`The server sent what is not RESP3: ${what} at byte ${at} of the reply`)
}

const nothing = Buffer.alloc(0)

/** Bytes or items; more than any server sends (proto-max-bulk-len is 512 MB by default). */
const longest = 2 ** 32

const array = 0x2a // *
const bigNumber = 0x28 // (
const blobError = 0x21 // !
const blobString = 0x24 // $
const bool = 0x23 // #
const double = 0x2c // ,
const map = 0x25 // %
const nil = 0x5f // _
const number = 0x3a // :
const push = 0x3e // >
const set = 0x7e // ~
const simpleError = 0x2d // -
const simpleString = 0x2b // +
const verbatimString = 0x3d // =

const carriageReturn = 0x0d
const digit0 = 0x30
const letterT = 0x74
const lineFeed = 0x0a
const minus = 0x2d
const plus = 0x2b
