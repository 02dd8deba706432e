import type { WriteStream } from 'node:tty'

/** One line that is overwritten; nothing where the output is not a terminal. */
export class Progress {
  readonly #stream: WriteStream

  constructor(stream: WriteStream) {
    this.#stream = stream
  }

  show(line: string): void {
    if (!this.#stream.isTTY) return
    this.#stream.write(`\r\x1b[K${line.slice(0, this.#stream.columns - 1)}`)
  }

  clear(): void {
    if (this.#stream.isTTY) this.#stream.write('\r\x1b[K')
  }
}
