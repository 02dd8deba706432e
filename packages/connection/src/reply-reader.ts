import { constants } from 'node:buffer'
import { ProtocolError } from './errors.js'
import { errorCost, itemCost, type ReplyLimits } from './reply-limits.js'

/** Who gets what a connection says, in the order of the wire. None of these may throw. */
export interface ReplyTarget {
  /** Whether the strings of the next reply are wanted as text (UTF-8) rather than as buffers. */
  wantsText(): boolean
  /**
   * @param isText what {@link wantsText} said of it
   * @throws ProtocolError if it answers nothing
   */
  onReply(reply: unknown, isText: boolean): void
  /** @throws ProtocolError if it answers nothing */
  onErrorReply(error: Error): void
  /** It answers no command by itself. Strings are buffers. */
  onPush(items: readonly unknown[]): void
}

export interface ReplyReaderOptions {
  /** Integers and doubles as their text. */
  readonly stringNumbers: boolean
  readonly limits: ReplyLimits
  /** The error of an error reply. */
  readonly makeError: (message: string) => Error
}

interface Aggregate {
  readonly type: number
  readonly items: unknown[]
  readonly size: number
  filled: number
}

/**
 * Reads RESP3 into what callers of RESP2 know: doubles are their text, booleans 1 or 0, maps and sets
 * flat arrays. Attributes are read and dropped. Text is made where it is wanted without a buffer for each
 * string in between.
 *
 * It is strict: whatever is not RESP3, or is beyond the limits, throws before a reply could be given to a
 * command that it does not answer.
 *
 * A chunk may end anywhere. What is read of an array stays read; only its unfinished item waits, and is
 * looked at again when it is complete: the time is linear in the bytes, in whatever pieces they come.
 * What it holds is bounded by the limits, and by twice a string while that is put together.
 */
export class ReplyReader {
  readonly #target: ReplyTarget
  readonly #stringNumbers: boolean
  readonly #limits: ReplyLimits
  readonly #makeError: (message: string) => Error
  #chunk: Buffer = nothing
  #at = 0
  /** Of the item that the last chunk broke off: its bytes so far, and how many it lacks at least. */
  readonly #pieces: Buffer[] = []
  #pieceBytes = 0
  #missing = 0
  /** What it lacks is the end of its line. */
  #isLineOpen = false
  /** Bytes of the last piece that are not in use: many small pieces are put together. */
  #spare: Buffer | undefined
  readonly #open: Aggregate[] = []
  /** Of the reply that is being read: what it was announced to have, and the bytes that came. */
  #cost = 0
  #isText = false
  #isEnded = false

  constructor(target: ReplyTarget, { stringNumbers, limits, makeError }: ReplyReaderOptions) {
    this.#target = target
    this.#stringNumbers = stringNumbers
    this.#limits = limits
    this.#makeError = makeError
  }

  /**
   * Strings that are given as buffers are parts of `received`, which must not be used again.
   *
   * @throws ProtocolError if the connection is of no more use; what comes then is not read
   */
  read(received: Buffer): void {
    if (this.#isEnded) throw new ProtocolError('Nothing is read after the end of a connection')
    if (received.length === 0) return
    try {
      const chunk = this.#missing === 0 ? received : this.#pieceTogether(received)
      if (chunk === undefined) return
      this.#chunk = chunk
      this.#at = 0
      this.#readItems(chunk)
    } catch (error) {
      this.end()
      throw error
    }
    // An idle connection keeps no memory of what it read.
    this.#chunk = nothing
  }

  /** Drops what it holds of a reply that is not complete: the rest will not come. */
  end(): void {
    this.#isEnded = true
    this.#chunk = nothing
    this.#open.length = 0
    this.#pieces.length = 0
    this.#spare = undefined
  }

  #readItems(chunk: Buffer): void {
    while (this.#at < chunk.length) {
      const start = this.#at
      if (this.#open.length === 0) {
        this.#isText = chunk[start] !== push && this.#target.wantsText()
      }
      if (!this.#readItem()) {
        this.#keep(chunk.subarray(start))
        return
      }
    }
  }

  #pieceTogether(received: Buffer): Buffer | undefined {
    this.#keep(received)
    if (this.#isLineOpen) {
      // The end of the line may have been cut in two.
      const isComplete = received.includes(lineFeed)
      if (!isComplete) {
        // Its type and a carriage return are not of the line.
        if (this.#pieceBytes - 2 > this.#limits.maxLineBytes) {
          throw tooLarge('a line', 'maxLineBytes')
        }
        return undefined
      }
    } else {
      this.#missing -= received.length
      if (this.#missing > 0) return undefined
    }
    const whole = Buffer.concat(this.#pieces, this.#pieceBytes)
    this.#pieces.length = 0
    this.#pieceBytes = 0
    this.#spare = undefined
    this.#missing = 0
    this.#isLineOpen = false
    return whole
  }

  /** Small pieces are copied: each would keep a buffer of its own, and of the chunk it is part of. */
  #keep(piece: Buffer): void {
    this.#pieceBytes += piece.length
    if (piece.length >= blockSize / 4) {
      this.#pieces.push(piece)
      this.#spare = undefined
      return
    }
    if (this.#spare === undefined || this.#spare.length < piece.length) {
      this.#spare = Buffer.allocUnsafe(this.#pieces.length === 0 ? 1024 : blockSize)
      if (this.#spare.length < piece.length) this.#spare = Buffer.allocUnsafe(blockSize)
      this.#pieces.push(this.#spare.subarray(0, 0))
    }
    const last = this.#pieces.length - 1
    const used = this.#pieces[last]!
    piece.copy(this.#spare)
    this.#pieces[last] = Buffer.from(used.buffer, used.byteOffset, used.length + piece.length)
    this.#spare = this.#spare.subarray(piece.length)
  }

  /** False if the chunk ends before the item does. */
  #readItem(): boolean {
    const chunk = this.#chunk
    const type = chunk[this.#at]!
    if (type === blobString || type === number || type === array) {
      return this.#readNumbered(type)
    }
    switch (type) {
      case push:
        if (this.#open.length > 0) throw malformed('a push within a reply', this.#at)
        return this.#readNumbered(type)
      case map:
      case set:
      case attribute:
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
        throw new ProtocolError(
          `The server sent something that is not RESP3: a reply of type ${type}. Does another service listen there, or is TLS expected?`,
        )
    }
  }

  /** What begins with a number: the value, or the size of what follows. */
  #readNumbered(type: number): boolean {
    const chunk = this.#chunk
    const { length } = chunk
    let at = this.#at + 1
    const sign = chunk[at]
    if (sign === minus || (sign === plus && type === number)) at++
    const firstDigit = at
    let size = 0
    for (; at < length; at++) {
      const value = chunk[at]! - digit0
      if (value >= 0 && value <= 9) size = size * 10 + value
      else if (chunk[at] === carriageReturn) break
      else throw malformed('a length or number', at)
    }
    const begin = at + 2
    if (at - firstDigit > mostDigits) throw malformed('a length or number', at)
    if (begin > length) return this.#lacksLineEnd()
    if (at === firstDigit) throw malformed('a length or number', at)
    this.#checkLineEnd(at)
    if (type === number) {
      const value = this.#stringNumbers
        ? chunk.toString('latin1', this.#at + 1, at)
        : sign === minus
          ? 0 - size
          : size
      this.#at = begin
      this.#deliver(value, 0)
      return true
    }
    if (sign === minus) {
      // RESP2's null, and no other negative length.
      const isNull = size === 1 && (type === blobString || type === array)
      if (!isNull) throw malformed('a length', firstDigit)
      this.#at = begin
      this.#deliver(null, 0)
      return true
    }
    if (type !== blobString && type !== blobError && type !== verbatimString) {
      this.#at = begin
      this.#openAggregate(type, type === map || type === attribute ? size * 2 : size)
      return true
    }
    if (size > this.#limits.maxStringBytes) throw tooLarge('a string', 'maxStringBytes')
    const end = begin + size
    if (end + 2 > length) return this.#lacks(end + 2 - length)
    this.#checkLineEnd(end)
    // `txt:` stands before the text.
    if (type === verbatimString && (size < 4 || chunk[begin + 3] !== colon)) {
      throw malformed('a verbatim string', begin)
    }
    this.#at = end + 2
    if (type === blobError) this.#fail(chunk.toString('utf8', begin, end))
    else if (this.#isText && size > longestText) this.#failAsText(size)
    else this.#deliver(this.#string(type === verbatimString ? begin + 4 : begin, end), size)
    return true
  }

  /** The reply is as it should be, and others wait behind it: it is who asked for text that failed. */
  #failAsText(size: number): void {
    this.#fail(`ERR The reply has a string of ${size} bytes, too long for text: ask for a buffer`)
  }

  /** Room is made as items come: a length line alone takes no memory. */
  #openAggregate(type: number, size: number): void {
    const { maxDepth, maxReplyBytes } = this.#limits
    this.#cost += size * itemCost
    if (this.#cost > maxReplyBytes) throw tooLarge('a reply', 'maxReplyBytes')
    if (this.#open.length >= maxDepth) throw tooLarge('the depth of a reply', 'maxDepth')
    const aggregate = { type, items: new Array(size <= 1024 ? size : 0), size, filled: 0 }
    if (size > 0) this.#open.push(aggregate)
    else if (this.#isItem(aggregate)) this.#fill(aggregate.items)
  }

  #readLine(type: number): boolean {
    const chunk = this.#chunk
    const begin = this.#at + 1
    let end = begin
    while (end < chunk.length && chunk[end] !== carriageReturn && chunk[end] !== lineFeed) end++
    if (end - begin > this.#limits.maxLineBytes) throw tooLarge('a line', 'maxLineBytes')
    if (end + 2 > chunk.length && chunk[end] !== lineFeed) return this.#lacksLineEnd()
    this.#checkLineEnd(end)
    const size = end - begin
    this.#at = end + 2
    switch (type) {
      case nil:
        if (size !== 0) throw malformed('a null', begin)
        this.#deliver(null, 0)
        break
      case bool: {
        const letter = chunk[begin]
        if (size !== 1 || (letter !== letterT && letter !== letterF)) {
          throw malformed('a boolean', begin)
        }
        this.#deliver(letter === letterT ? 1 : 0, 0)
        break
      }
      case simpleError:
        this.#fail(chunk.toString('utf8', begin, end))
        break
      case bigNumber:
        this.#deliver(chunk.toString('latin1', begin, end), size)
        break
      case double:
        this.#deliver(
          this.#stringNumbers ? chunk.toString('latin1', begin, end) : this.#string(begin, end),
          size,
        )
        break
      default:
        // What most writes are answered by: making the text takes five times as long as reading the line.
        if (
          size === 2 &&
          this.#isText &&
          chunk[begin] === letterO &&
          chunk[begin + 1] === letterK
        ) {
          this.#deliver('OK', size)
        } else this.#deliver(this.#string(begin, end), size)
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

  #lacksLineEnd(): false {
    this.#isLineOpen = true
    this.#missing = 1
    return false
  }

  #string(begin: number, end: number): string | Buffer {
    return this.#isText
      ? this.#chunk.toString('utf8', begin, end)
      : this.#chunk.subarray(begin, end)
  }

  #fail(message: string): void {
    const error = this.#makeError(message)
    if (this.#open.length === 0) this.#target.onErrorReply(error)
    else this.#deliver(error, errorCost + message.length)
  }

  /** @param bytes what it takes besides an item's own cost */
  #deliver(value: unknown, bytes: number): void {
    if (this.#open.length === 0) {
      this.#target.onReply(value, this.#isText)
      return
    }
    this.#cost += bytes
    if (this.#cost > this.#limits.maxReplyBytes) throw tooLarge('a reply', 'maxReplyBytes')
    this.#fill(value)
  }

  /** The innermost open aggregate has one more item; what is complete by that is closed. */
  #fill(value: unknown): void {
    let item = value
    for (;;) {
      const aggregate = this.#open[this.#open.length - 1]!
      aggregate.items[aggregate.filled++] = item
      if (aggregate.filled < aggregate.size) return
      this.#open.pop()
      if (!this.#isItem(aggregate)) return
      item = aggregate.items
    }
  }

  /** Whether the complete aggregate is an item of another; told to the target if it is none. */
  #isItem({ type, items }: Aggregate): boolean {
    const isOutermost = this.#open.length === 0
    if (isOutermost) this.#cost = 0
    // It tells something of the item that follows, and is none itself.
    if (type === attribute) return false
    if (!isOutermost) return true
    if (type === push) this.#target.onPush(items)
    else this.#target.onReply(items, this.#isText)
    return false
  }
}

/** Says where, never what: it may be a payload. */
function malformed(what: string, at: number): ProtocolError {
  return new ProtocolError(
    `The server sent something that is not RESP3: ${what} at byte ${at} of the reply`,
  )
}

function tooLarge(what: string, limit: keyof ReplyLimits): ProtocolError {
  return new ProtocolError(`The server sent ${what} beyond the limit \`${limit}\` of a reply`)
}

const nothing = Buffer.alloc(0)

/** Bytes that always fit into a string of V8. */
const longestText = constants.MAX_STRING_LENGTH

/** Of a 64-bit integer, and one more. */
const mostDigits = 20

/** Of memory for small pieces. */
const blockSize = 64 * 1024

const array = 0x2a // *
const attribute = 0x7c // |
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
const colon = 0x3a
const digit0 = 0x30
const letterF = 0x66
const letterK = 0x4b
const letterO = 0x4f
const letterT = 0x74
const lineFeed = 0x0a
const minus = 0x2d
const plus = 0x2b
