import type { ServerResponse } from 'node:http'

/**
 * A response that is held back looks to its application as one that was sent: `headersSent` is true, its
 * headers cannot be changed any more, and after its end it is ended, but not finished.
 */
export interface AnsweredLook {
  readonly isShown: boolean
  readonly hasEnded: boolean
  show(hasEnded: boolean): void
  /** As it is. */
  hide(): void
}

export function answeredLookOf(res: ServerResponse): AnsweredLook {
  return hasLookFields(res) ? new FieldLook(res) : new PrototypeLook(res)
}

/** What Node throws for one who answers again. */
export function headersSent({ req }: ServerResponse): Error {
  const isOld = (req?.httpVersionMajor ?? 1) < 2
  return Object.assign(
    new Error(
      isOld
        ? 'Cannot set headers after they are sent to the client'
        : 'Response has already been initiated.',
    ),
    { code: isOld ? 'ERR_HTTP_HEADERS_SENT' : 'ERR_HTTP2_HEADERS_SENT' },
  )
}

/** HTTP/1 keeps these in each response itself, and derives its look from them. */
interface LookFields {
  _header: unknown
  finished: boolean
  /** Bytes that wait for the socket. */
  outputSize: number
}

function hasLookFields(res: ServerResponse): res is ServerResponse & LookFields {
  return ['_header', 'finished', 'outputSize'].every((name) => Object.hasOwn(res, name))
}

/**
 * Of HTTP/1. Nothing is added to the response: behind Express, which gives each one another prototype, V8
 * makes all its hidden classes anew for that, which takes longer than all else that is done to hold it.
 */
class FieldLook implements AnsweredLook {
  readonly #res: LookFields
  #header: unknown
  #isFinished = false
  #outputSize = 0
  isShown = false
  hasEnded = false

  constructor(res: LookFields) {
    this.#res = res
  }

  show(hasEnded: boolean): void {
    const res = this.#res
    if (!this.isShown) {
      this.#header = res._header
      this.#isFinished = res.finished
      this.#outputSize = res.outputSize
    }
    this.isShown = true
    this.hasEnded = hasEnded
    res._header = ' '
    res.finished = hasEnded
    // What has ended and left nothing behind would be finished.
    if (hasEnded) res.outputSize = Math.max(1, this.#outputSize)
  }

  hide(): void {
    if (!this.isShown) return
    const res = this.#res
    res._header = this.#header
    res.finished = this.#isFinished
    res.outputSize = this.#outputSize
    this.isShown = false
    this.hasEnded = false
  }
}

/** What stands before a prototype of responses while one of them looks answered. */
interface Looks {
  readonly begun: object
  readonly ended: object
}

const looks = new WeakMap<object, Looks>()

/** Of HTTP/2, and of what only looks like a response: it is given a prototype in front of its own. */
class PrototypeLook implements AnsweredLook {
  readonly #res: ServerResponse
  /** The response's own prototype; undefined while it looks as it is. */
  #prototype: object | undefined
  hasEnded = false

  constructor(res: ServerResponse) {
    this.#res = res
  }

  get isShown(): boolean {
    return this.#prototype !== undefined
  }

  show(hasEnded: boolean): void {
    if (!this.#isInFront()) this.#prototype = Object.getPrototypeOf(this.#res) as object
    this.hasEnded = hasEnded
    const { begun, ended } = looksOf(this.#prototype as object)
    Object.setPrototypeOf(this.#res, hasEnded ? ended : begun)
  }

  hide(): void {
    if (this.#prototype === undefined) return
    if (this.#isInFront()) Object.setPrototypeOf(this.#res, this.#prototype)
    this.#prototype = undefined
    this.hasEnded = false
  }

  /** Not if Express has gone from one application to another meanwhile, and set the prototype again. */
  #isInFront(): boolean {
    if (this.#prototype === undefined) return false
    const { begun, ended } = looks.get(this.#prototype) as Looks
    const prototype: unknown = Object.getPrototypeOf(this.#res)
    return prototype === begun || prototype === ended
  }
}

function looksOf(prototype: object): Looks {
  const known = looks.get(prototype)
  if (known !== undefined) return known
  const made = { begun: lookOf(prototype, false), ended: lookOf(prototype, true) }
  looks.set(prototype, made)
  return made
}

function lookOf(prototype: object, hasEnded: boolean): object {
  const refuse = {
    value(this: ServerResponse) {
      throw headersSent(this)
    },
    writable: true,
  }
  return Object.create(prototype, {
    headersSent: { get: () => true },
    writableEnded: { get: () => hasEnded },
    writableFinished: { get: () => false },
    finished: { get: () => hasEnded, set: () => {} },
    setHeader: refuse,
    setHeaders: refuse,
    appendHeader: refuse,
    removeHeader: refuse,
    // compression, and others of its age, know by it whether there is a head already.
    ...('_header' in prototype && { _header: { get: () => ' ', set: () => {} } }),
  }) as object
}
