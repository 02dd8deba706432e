import type { Socket } from 'node:net'
import type { WriteBatch } from './write-batch.js'

/** Text gathered before it is written without waiting for the end of the batch. */
const flushLength = 64 * 1024

/** Unsent bytes in the socket above which the writer is congested: the caller should hold back. */
const congestedBytes = 1024 * 1024

/**
 * Takes over `socket.write`: what is written within a batch leaves in one system call at its end.
 * Order is kept between text and buffers.
 */
export class GatheredWriter {
  /** Called when all that was gathered is handed to the socket. */
  onFlush: (() => void) | undefined
  /** Called when the socket became congested, and when it has drained. */
  onCongestion: (() => void) | undefined
  readonly #socket: Socket
  readonly #batch: WriteBatch
  readonly #write: Socket['write']
  #text = ''
  #chunks: (string | Buffer)[] | undefined
  #isJoined = false
  #isCongested = false

  constructor(socket: Socket, batch: WriteBatch) {
    this.#socket = socket
    this.#batch = batch
    this.#write = socket.write.bind(socket) as Socket['write']
    socket.write = ((chunk: string | Buffer) => this.#gather(chunk)) as Socket['write']
  }

  get isCongested(): boolean {
    return this.#isCongested
  }

  flush(): void {
    this.#isJoined = false
    const text = this.#text
    const chunks = this.#chunks
    this.#text = ''
    this.#chunks = undefined
    if (this.#socket.destroyed) return
    if (chunks === undefined) {
      if (text !== '') this.#write(text)
    } else {
      if (text !== '') chunks.push(text)
      this.#socket.cork()
      for (const chunk of chunks) this.#write(chunk)
      this.#socket.uncork()
    }
    this.onFlush?.()
    this.#watchCongestion()
  }

  #gather(chunk: string | Buffer): boolean {
    if (typeof chunk === 'string') {
      this.#text += chunk
      if (this.#text.length >= flushLength) this.#flushEarly()
    } else {
      this.#chunks ??= []
      if (this.#text !== '') this.#chunks.push(this.#text)
      this.#text = ''
      this.#chunks.push(chunk)
    }
    if (!this.#isJoined) {
      this.#isJoined = true
      this.#batch.join(this)
    }
    return true
  }

  /** Still a member of the batch: its end finds nothing more to write, or what came since. */
  #flushEarly(): void {
    const isJoined = this.#isJoined
    this.flush()
    this.#isJoined = isJoined
  }

  #watchCongestion(): void {
    if (this.#isCongested || this.#socket.writableLength < congestedBytes) return
    this.#isCongested = true
    this.#socket.once('drain', () => {
      this.#isCongested = false
      this.onCongestion?.()
    })
    this.onCongestion?.()
  }
}
