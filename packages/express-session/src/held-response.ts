import type { ServerResponse } from 'node:http'
import { type AnsweredLook, answeredLookOf, headersSent } from './answered-look.js'
import {
  checkChunk,
  type KeptWrite,
  KeptWrites,
  normalized,
  trimmed,
  type WriteArguments,
} from './kept-writes.js'
import { PostponedDestroy } from './postponed-destroy.js'
import { isStatus, setHeaders } from './response-head.js'
import { type Output, type OutputOwner, retakeOutput, takeOutput } from './response-output.js'
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

/** How often what changed during a save is saved, too, before the first byte. */
const ROUNDS = 3

/** Holds an HTTP response back, HTTP/1 or 2, until what it says is true. */
export class HeldResponse {
  readonly res: ServerResponse
  readonly #holder: Holder
  readonly #output: Output
  readonly #start: ResponseStart
  readonly #look: AnsweredLook
  #answer: Answer
  /** Made when there is something to keep. */
  #keptWrites: KeptWrites | undefined
  #state: State = 'untouched'
  #hasHead = false
  #statusCode = 200
  #statusMessage: string | undefined

  constructor(res: ServerResponse, holder: Holder) {
    this.res = res
    this.#holder = holder
    this.#start = new ResponseStart(res)
    this.#look = answeredLookOf(res)
    this.#answer = new Answer(this)
    this.#output = takeOutput(res, this.#answer)
  }

  get #kept(): KeptWrites {
    this.#keptWrites ??= new KeptWrites(this.res)
    return this.#keptWrites
  }

  writeHead(args: unknown[]): unknown {
    const { writeHead } = this.#output
    if (this.#state !== 'untouched' || !isStatus(args[0])) {
      if (this.#look.isShown) throw headersSent(this.res)
      return writeHead.apply(this.res, args as Parameters<typeof writeHead>)
    }
    const [status, ...rest] = args
    const message = typeof rest[0] === 'string' ? rest.shift() : undefined
    setHeaders(this.res, rest[0])
    this.#statusCode = this.res.statusCode = Number(status)
    this.#statusMessage = message as string | undefined
    this.#hasHead = true
    this.#state = 'headed'
    this.#look.show(false)
    return this.res
  }

  /** @returns as `write`: whether there is room for more. */
  put(name: KeptWrite['name'], args: WriteArguments): boolean {
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

  #begin(name: KeptWrite['name'], args: WriteArguments): boolean {
    checkChunk(name, args[0])
    if (!this.#hasHead) this.#statusCode = this.res.statusCode
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
    const destroying = new PostponedDestroy(this.res)
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

  #keep(name: KeptWrite['name'], args: WriteArguments): boolean {
    if (this.#look.hasEnded) {
      if (name === 'write') this.#writtenAfterEnd(args)
      return false
    }
    checkChunk(name, args[0])
    if (name === 'end') this.#look.show(true)
    return this.#kept.add(name, args)
  }

  #release(destroying: PostponedDestroy): void {
    try {
      this.#sendHead()
    } catch (error) {
      destroying.forget()
      this.#refuse(error)
      return
    }
    const { isFull } = this.#kept
    let hasRoom = true
    for (const { name, args } of this.#kept.take()) {
      hasRoom = this.#send(name, args)
      if (name === 'end') this.#state = 'ended'
    }
    destroying.settle(this.#state === 'ended')
    if (isFull && hasRoom && this.#state === 'sent') this.res.emit('drain')
  }

  /** The head can go now; what else sets headers in `writeHead` does so on its way. */
  #sendHead(): void {
    this.#look.hide()
    this.#holder.beforeHead()
    this.#state = 'sent'
    this.res.statusCode = this.#statusCode
    if (!this.#hasHead) return
    const writeHead = this.#output.writeHead as (...args: unknown[]) => unknown
    writeHead.apply(this.res, trimmed([this.#statusCode, this.#statusMessage]))
  }

  #send(name: KeptWrite['name'], args: WriteArguments): boolean {
    const output = this.#output[name] as (...args: unknown[]) => unknown
    const result = output.apply(this.res, name === 'flushHeaders' ? [] : trimmed(args))
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
    const destroying = new PostponedDestroy(this.res)
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
    const kept = this.#kept.take()
    this.#hasHead = false
    this.#statusMessage = undefined
    this.#state = 'untouched'
    this.#look.hide()
    this.#start.restore()
    const before = this.#answer
    before.isOver = true
    this.#answer = new Answer(this)
    retakeOutput(this.res, before, this.#answer)
    for (const { name, args } of kept) {
      if (name === 'write' && typeof args[2] === 'function') args[2](error)
    }
    this.#holder.refused(error)
  }

  /** As Node tells it, but for an application that does not listen: it is not ended by that. */
  #writtenAfterEnd([, , callback]: WriteArguments): void {
    const error = Object.assign(new Error('write after end'), {
      code: 'ERR_STREAM_WRITE_AFTER_END',
    })
    process.nextTick(() => {
      if (typeof callback === 'function') callback(error)
      if (this.res.listenerCount('error') > 0) this.res.emit('error', error)
    })
  }
}

/** What the functions of a response do, until its answer is refused: then they do nothing any more. */
class Answer implements OutputOwner {
  readonly #held: HeldResponse
  isOver = false

  constructor(held: HeldResponse) {
    this.#held = held
  }

  writeHead(args: unknown[]): unknown {
    return this.isOver ? this.#held.res : this.#held.writeHead(args)
  }

  flushHeaders(): void {
    if (!this.isOver) this.#held.put('flushHeaders', [undefined])
  }

  write(args: WriteArguments): boolean {
    return this.isOver ? drop(args) : this.#held.put('write', normalized(args))
  }

  end(args: WriteArguments): ServerResponse {
    if (this.isOver) drop(args)
    else this.#held.put('end', normalized(args))
    return this.#held.res
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
