import type { OutgoingHttpHeaders, ServerResponse } from 'node:http'
import type { Readable } from 'node:stream'

/** What a response was like before anybody answered. */
export class ResponseStart {
  readonly #res: ServerResponse
  readonly #headers: OutgoingHttpHeaders
  readonly #statusCode: number
  /** HTTP/2 has none, and warns of those who ask. */
  readonly #statusMessage: string | undefined
  readonly #isHttp1: boolean
  /** Those that are piped here, or were. */
  readonly #sources: Readable[] = []

  constructor(res: ServerResponse) {
    this.#res = res
    this.#headers = res.getHeaders()
    this.#statusCode = res.statusCode
    this.#isHttp1 = (res.req?.httpVersionMajor ?? 1) < 2
    this.#statusMessage = this.#isHttp1 ? res.statusMessage : undefined
    res.on('pipe', (source: Readable) => this.#sources.push(source))
  }

  /** Makes it so again, for an answer that is not the one that was begun. */
  restore(): void {
    const res = this.#res
    for (const source of this.#sources) source.unpipe(res)
    for (const name of res.getHeaderNames()) {
      if (this.#headers[name] === undefined) res.removeHeader(name)
    }
    for (const [name, value] of Object.entries(this.#headers)) {
      if (value !== undefined && res.getHeader(name) !== value) res.setHeader(name, value)
    }
    res.statusCode = this.#statusCode
    if (!this.#isHttp1) return
    res.statusMessage = this.#statusMessage as string
    res.addTrailers({})
  }
}
