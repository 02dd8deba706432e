import type { ServerResponse } from 'node:http'

const NAMES = [
  'headersSent',
  'writableEnded',
  'writableFinished',
  'finished',
  'setHeader',
  'setHeaders',
  'appendHeader',
  'removeHeader',
  '_header',
] as const

/** A response that is held back looks to its application as one that was sent. */
export class AnsweredLook {
  readonly #res: ServerResponse
  #hidden: ReadonlyMap<string, PropertyDescriptor | undefined> | undefined
  #hasEnded = false

  constructor(res: ServerResponse) {
    this.#res = res
  }

  get isShown(): boolean {
    return this.#hidden !== undefined
  }

  get hasEnded(): boolean {
    return this.#hasEnded
  }

  show(hasEnded: boolean): void {
    this.#hasEnded = hasEnded
    if (this.isShown) return
    const res = this.#res
    this.#hidden = new Map(
      NAMES.map((name) => [name, Object.getOwnPropertyDescriptor(res, name)] as const),
    )
    const refuse = () => {
      throw this.headersSent()
    }
    const look: Record<string, PropertyDescriptor> = {
      headersSent: { get: () => true },
      writableEnded: { get: () => this.#hasEnded },
      writableFinished: { get: () => false },
      finished: { get: () => this.#hasEnded, set: () => {} },
      setHeader: { value: refuse, writable: true },
      setHeaders: { value: refuse, writable: true },
      appendHeader: { value: refuse, writable: true },
      removeHeader: { value: refuse, writable: true },
    }
    // compression, and others of its age, know by it whether there is a head already.
    if ('_header' in res) look._header = { get: () => ' ', set: () => {} }
    for (const [name, descriptor] of Object.entries(look)) {
      Object.defineProperty(res, name, { ...descriptor, configurable: true })
    }
  }

  hide(): void {
    for (const [name, descriptor] of this.#hidden ?? []) {
      if (descriptor === undefined) Reflect.deleteProperty(this.#res, name)
      else Object.defineProperty(this.#res, name, descriptor)
    }
    this.#hidden = undefined
    this.#hasEnded = false
  }

  /** What Node throws. */
  headersSent(): Error {
    const isOld = (this.#res.req?.httpVersionMajor ?? 1) < 2
    return Object.assign(
      new Error(
        isOld
          ? 'Cannot set headers after they are sent to the client'
          : 'Response has already been initiated.',
      ),
      { code: isOld ? 'ERR_HTTP_HEADERS_SENT' : 'ERR_HTTP2_HEADERS_SENT' },
    )
  }
}
