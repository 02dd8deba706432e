import type { ServerResponse } from 'node:http'

/** What stands before a prototype of responses while one of them looks answered. */
interface Looks {
  readonly begun: object
  readonly ended: object
}

const looks = new WeakMap<object, Looks>()

/** HTTP/1 keeps these in each response itself, and derives the rest of its look from them. */
interface OwnFields {
  _header?: unknown
  finished?: boolean
}

/**
 * A response that is held back looks to its application as one that was sent. It is given a prototype in
 * front of its own for that time, as Express gives it one: to define properties on each response, and to
 * delete them again, would take longer than all else that is done to hold it.
 */
export class AnsweredLook {
  readonly #res: ServerResponse
  /** The response's own prototype; undefined while it looks as it is. */
  #prototype: object | undefined
  #own: OwnFields = {}
  #hasEnded = false

  constructor(res: ServerResponse) {
    this.#res = res
  }

  get isShown(): boolean {
    return this.#prototype !== undefined
  }

  get hasEnded(): boolean {
    return this.#hasEnded
  }

  show(hasEnded: boolean): void {
    const res = this.#res as ServerResponse & OwnFields
    if (!this.isShown) {
      if (Object.hasOwn(res, '_header')) this.#own._header = res._header
      if (Object.hasOwn(res, 'finished')) this.#own.finished = res.finished
    }
    if (!this.#isInFront()) this.#prototype = Object.getPrototypeOf(res) as object
    this.#hasEnded = hasEnded
    const { begun, ended } = looksOf(this.#prototype as object)
    Object.setPrototypeOf(res, hasEnded ? ended : begun)
    if ('_header' in this.#own) res._header = ' '
    if ('finished' in this.#own) res.finished = hasEnded
  }

  hide(): void {
    if (this.#prototype === undefined) return
    if (this.#isInFront()) Object.setPrototypeOf(this.#res, this.#prototype)
    Object.assign(this.#res, this.#own)
    this.#prototype = undefined
    this.#own = {}
    this.#hasEnded = false
  }

  /** Not if Express has gone from one application to another meanwhile, and set the prototype again. */
  #isInFront(): boolean {
    if (this.#prototype === undefined) return false
    const { begun, ended } = looks.get(this.#prototype) as Looks
    const prototype: unknown = Object.getPrototypeOf(this.#res)
    return prototype === begun || prototype === ended
  }

  /** What Node throws. */
  headersSent(): Error {
    return headersSent(this.#res)
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

function headersSent({ req }: ServerResponse): Error {
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
