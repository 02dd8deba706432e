import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Board, Reader } from './board.js'

/** ms between two messages to one page: ten a second. */
const interval = 100
/** Pages that may be open. */
const mostPages = 50

interface Page {
  readonly response: ServerResponse
  readonly reader: Reader
}

/** Server-sent events to every open page: everything once, then what changed. */
export class EventStream implements Disposable {
  readonly #board: Board
  readonly #pages = new Set<Page>()
  readonly #timer: NodeJS.Timeout

  constructor(board: Board) {
    this.#board = board
    this.#timer = setInterval(() => this.#tell(), interval)
  }

  get pages(): number {
    return this.#pages.size
  }

  open(request: IncomingMessage, response: ServerResponse): void {
    if (this.#pages.size >= mostPages) {
      response.statusCode = 503
      response.end()
      return
    }
    response.writeHead(200, { 'Content-Type': 'text/event-stream' })
    const { message, reader } = this.#board.whole()
    response.write(`retry: 500\ndata: ${message}\n\n`)
    const page = { response, reader }
    this.#pages.add(page)
    request.on('close', () => this.#pages.delete(page))
    response.on('error', () => this.#pages.delete(page))
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer)
    for (const { response } of this.#pages) response.end()
  }

  #tell(): void {
    for (const { response, reader } of this.#pages) {
      // A page that does not read: what it misses is not kept for it, it gets what stands then.
      if (response.writableNeedDrain) continue
      const message = this.#board.news(reader)
      if (message !== undefined) response.write(`data: ${message}\n\n`)
    }
  }
}
