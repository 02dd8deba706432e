import type { ServerResponse } from 'node:http'
import { AnsweredLook } from './answered-look.js'
import { PostponedDestroy } from './postponed-destroy.js'
import { ResponseStart } from './response-start.js'

/** What a held response asks of the one that holds it. */
export interface Holder {
  /**
   * The first byte is about to leave, or the last one of a stream. Asked again when it resolves, for
   * what has changed meanwhile. Rejects if the answer must not leave; once the head was sent it never does.
   *
   * @returns undefined if there is nothing to wait for.
   */
  save(statusCode: number, isBegun: boolean): Promise<void> | undefined
  /** Right before the head leaves: headers can still be set. What it throws takes the answer back. */
  beforeHead(): void
  /** The answer was taken back, and the response is as it was before. */
  refused(error: unknown): void
}

/**
 * | state     | `headersSent` | `writableEnded` | what is written    | goes on with                                |
 * | --------- | ------------- | --------------- | ------------------ | ------------------------------------------- |
 * | untouched | false         | false           |                    | writeHead: headed; output: saving, sent     |
 * | headed    | true          | false           |                    | output: saving, sent                        |
 * | saving    | true          | after `end`     | is kept            | saved: sent; not saved: untouched, anew     |
 * | sent      | Node's        | Node's          | leaves             | end: closing, ended                         |
 * | closing   | true          | true            | is refused         | saved or not: ended                         |
 * | ended     | Node's        | Node's          | is refused         |                                             |
 *
 * In every state: one answer leaves, the first one, whole or not at all. Nothing is kept once the
 * holder has answered. What was refused leaves no header behind, and who goes on writing it writes
 * nowhere. A response that is never answered (hijacked, upgraded) stays untouched.
 */
type State = 'untouched' | 'headed' | 'saving' | 'sent' | 'closing' | 'ended'

/** The functions through which a response leaves. */
type Output = Pick<ServerResponse, 'writeHead' | 'write' | 'end' | 'flushHeaders'>
type WriteArguments = [chunk: unknown, encoding?: unknown, callback?: unknown]
type Kept = { readonly name: 'write' | 'end' | 'flushHeaders'; readonly args: WriteArguments }

/** How often what changed during a save is saved, too, before the first byte. */
const ROUNDS = 3
/** Of a response that does not say when it has enough. */
const HIGH_WATER_MARK = 16_384

/** Holds an HTTP response back, HTTP/1 or 2, until what it says is true. */
export class HeldResponse {
  readonly #res: ServerResponse
  readonly #holder: Holder
  readonly #output: Output
  readonly #start: ResponseStart
  readonly #look: AnsweredLook
  #state: State = 'untouched'
  /** The answers before this one were refused: their functions do nothing any more. */
  #answer = 0
  #hasHead = false
  #statusCode = 200
  #statusMessage: string | undefined
  #kept: Kept[] = []
  #keptBytes = 0
  #isFull = false

  constructor(res: ServerResponse, holder: Holder) {
    this.#res = res
    this.#holder = holder
    const { writeHead, write, end, flushHeaders } = res
    this.#output = { writeHead, write, end, flushHeaders }
    this.#start = new ResponseStart(res)
    this.#look = new AnsweredLook(res)
    this.#takeOver()
  }

  #takeOver(): void {
    const answer = this.#answer
    const isOver = () => answer !== this.#answer
    const res = this.#res as unknown as Record<keyof Output, unknown>
    res.writeHead = (...args: unknown[]) => (isOver() ? this.#res : this.#writeHead(args))
    res.flushHeaders = () => {
      if (!isOver()) this.#put('flushHeaders', [undefined])
    }
    res.write = (...args: WriteArguments) =>
      isOver() ? drop(args) : this.#put('write', normalized(args))
    res.end = (...args: WriteArguments) => {
      if (isOver()) drop(args)
      else this.#put('end', normalized(args))
      return this.#res
    }
  }

  #writeHead(args: unknown[]): unknown {
    const { writeHead } = this.#output
    if (this.#state !== 'untouched' || !isStatus(args[0])) {
      if (this.#look.isShown) throw this.#look.headersSent()
      return writeHead.apply(this.#res, args as Parameters<typeof writeHead>)
    }
    const [status, ...rest] = args
    const message = typeof rest[0] === 'string' ? rest.shift() : undefined
    setHeaders(this.#res, rest[0])
    this.#statusCode = this.#res.statusCode = Number(status)
    this.#statusMessage = message as string | undefined
    this.#hasHead = true
    this.#state = 'headed'
    this.#look.show(false)
    return this.#res
  }

  /** @returns as `write`: whether there is room for more. */
  #put(name: Kept['name'], args: WriteArguments): boolean {
    switch (this.#state) {
      case 'untouched':
      case 'headed':
        return this.#begin(name, args)
      case 'saving':
        return this.#keep(name, args)
      case 'sent':
        return name === 'end' ? this.#close(args) : this.#send(name, args)
      case 'closing':
      case 'ended':
        if (name === 'write') this.#writtenAfterEnd(args)
        return false
    }
  }

  #begin(name: Kept['name'], args: WriteArguments): boolean {
    checkChunk(name, args[0])
    if (!this.#hasHead) this.#statusCode = this.#res.statusCode
    const saving = this.#attempt(() => this.#holder.save(this.#statusCode, false))
    if (saving === undefined) {
      try {
        this.#sendHead()
      } catch (error) {
        this.#refuse(error)
        return false
      }
      const hasRoom = this.#send(name, args)
      if (name === 'end') this.#state = 'ended'
      return hasRoom
    }
    this.#state = 'saving'
    this.#look.show(false)
    const destroying = new PostponedDestroy(this.#res)
    const hasRoom = this.#keep(name, args)
    void this.#settle(saving).then(
      () => this.#release(destroying),
      (error: unknown) => {
        destroying.forget()
        this.#refuse(error)
      },
    )
    return hasRoom
  }

  async #settle(saving: Promise<void>): Promise<void> {
    for (let round = 1, more: Promise<void> | undefined = saving; more; round++) {
      await more
      if (round === ROUNDS) return
      more = this.#holder.save(this.#statusCode, false)
    }
  }

  #keep(name: Kept['name'], args: WriteArguments): boolean {
    if (this.#look.hasEnded) {
      if (name === 'write') this.#writtenAfterEnd(args)
      return false
    }
    const [chunk, encoding] = args
    checkChunk(name, chunk)
    this.#kept.push({ name, args })
    if (chunk !== undefined && chunk !== null) {
      this.#keptBytes += Buffer.byteLength(chunk as string, encoding as BufferEncoding)
    }
    if (name === 'end') this.#look.show(true)
    this.#isFull = this.#keptBytes >= (this.#res.writableHighWaterMark ?? HIGH_WATER_MARK)
    return !this.#isFull
  }

  #release(destroying: PostponedDestroy): void {
    try {
      this.#sendHead()
    } catch (error) {
      destroying.forget()
      this.#refuse(error)
      return
    }
    const kept = this.#kept
    this.#kept = []
    let hasRoom = true
    for (const { name, args } of kept) {
      hasRoom = this.#send(name, args)
      if (name === 'end') this.#state = 'ended'
    }
    destroying.settle(this.#state === 'ended')
    if (this.#isFull && hasRoom && this.#state === 'sent') this.#res.emit('drain')
  }

  /** The head can go now; what else sets headers in `writeHead` does so on its way. */
  #sendHead(): void {
    this.#look.hide()
    this.#holder.beforeHead()
    this.#state = 'sent'
    this.#res.statusCode = this.#statusCode
    if (!this.#hasHead) return
    const writeHead = this.#output.writeHead as (...args: unknown[]) => unknown
    writeHead.apply(this.#res, trimmed([this.#statusCode, this.#statusMessage]))
  }

  #send(name: Kept['name'], args: WriteArguments): boolean {
    const output = this.#output[name] as (...args: unknown[]) => unknown
    const result = output.apply(this.#res, name === 'flushHeaders' ? [] : trimmed(args))
    return result !== false
  }

  #close(args: WriteArguments): boolean {
    const end = () => {
      this.#state = 'sent'
      this.#send('end', args)
      this.#state = 'ended'
      return false
    }
    const saving = this.#attempt(() => this.#holder.save(this.#statusCode, true))
    if (saving === undefined) return end()
    checkChunk('end', args[0])
    this.#state = 'closing'
    this.#look.show(true)
    const destroying = new PostponedDestroy(this.#res)
    const finish = () => {
      this.#look.hide()
      end()
      destroying.settle(true)
    }
    saving.then(finish, finish)
    return false
  }

  #attempt(save: () => Promise<void> | undefined): Promise<void> | undefined {
    try {
      return save()
    } catch (error) {
      return Promise.reject(error)
    }
  }

  #refuse(error: unknown): void {
    const callbacks = this.#kept.flatMap(({ name, args }) => (name === 'write' ? [args[2]] : []))
    this.#answer++
    this.#kept = []
    this.#keptBytes = 0
    this.#isFull = false
    this.#hasHead = false
    this.#statusMessage = undefined
    this.#state = 'untouched'
    this.#look.hide()
    this.#start.restore()
    this.#takeOver()
    for (const callback of callbacks) if (typeof callback === 'function') callback(error)
    this.#holder.refused(error)
  }

  /** As Node tells it, but for an application that does not listen: it is not ended by that. */
  #writtenAfterEnd([, , callback]: WriteArguments): void {
    const error = Object.assign(new Error('write after end'), {
      code: 'ERR_STREAM_WRITE_AFTER_END',
    })
    process.nextTick(() => {
      if (typeof callback === 'function') callback(error)
      if (this.#res.listenerCount('error') > 0) this.#res.emit('error', error)
    })
  }
}

/** Who still writes an answer that was refused is told so, and need not wait for room. */
function drop(args: WriteArguments): true {
  const callback = args.find((argument) => typeof argument === 'function') as
    | ((error: Error) => void)
    | undefined
  const error = Object.assign(new Error('The answer was taken back'), {
    code: 'ERR_STREAM_DESTROYED',
  })
  if (callback !== undefined) process.nextTick(callback, error)
  return true
}

/** Chunk and encoding may be left out before a callback. */
function normalized([chunk, encoding, callback]: WriteArguments): WriteArguments {
  if (typeof chunk === 'function') return [undefined, undefined, chunk]
  if (typeof encoding === 'function') return [chunk, undefined, encoding]
  return [chunk, encoding, callback]
}

/** As short as it was given: wrappers count arguments. */
function trimmed(args: WriteArguments): unknown[] {
  const length = args.findLastIndex((argument) => argument !== undefined) + 1
  return args.slice(0, length)
}

function checkChunk(name: Kept['name'], chunk: unknown): void {
  if (name === 'flushHeaders' || typeof chunk === 'string' || chunk instanceof Uint8Array) return
  if (name === 'end' && (chunk === undefined || chunk === null)) return
  throw Object.assign(new TypeError('A response is written as text or bytes'), {
    code: chunk === null ? 'ERR_STREAM_NULL_VALUES' : 'ERR_INVALID_ARG_TYPE',
  })
}

function isStatus(value: unknown): boolean {
  const status = Number(value)
  return Number.isInteger(status) && status >= 100 && status <= 999
}

/** The headers that `writeHead` takes: an object, a flat list, or a list of pairs. */
function setHeaders(res: ServerResponse, headers: unknown): void {
  if (typeof headers !== 'object' || headers === null) return
  if (!Array.isArray(headers)) {
    for (const [name, value] of Object.entries(headers)) {
      if (value !== undefined) res.setHeader(name, value as string)
    }
    return
  }
  const pairs = Array.isArray(headers[0])
    ? (headers as [string, string][])
    : headers.flatMap((name, i) => (i % 2 === 0 ? [[name, headers[i + 1]] as const] : []))
  for (const [name] of pairs) res.removeHeader(name)
  for (const [name, value] of pairs) {
    const before = res.getHeader(name)
    res.setHeader(name, before === undefined ? value : [before, value].flat().map(String))
  }
}
