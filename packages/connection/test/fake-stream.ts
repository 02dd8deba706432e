import { EventEmitter } from 'node:events'
import type { ByteStream } from '../src/index.js'

/** A stream whose other end is the test: for what no socket can be made to do at will. */
export class FakeStream extends EventEmitter implements ByteStream {
  readonly written: string[] = []
  writableLength = 0
  writable = true
  destroyed = false
  /** Writes together: how many there were. */
  corks = 0

  write(chunk: string | Uint8Array): boolean {
    this.written.push(Buffer.from(chunk as string).toString('latin1'))
    return true
  }

  cork(): void {
    this.corks++
  }

  uncork(): void {}

  /** As a socket: `close` follows, not within the call. */
  destroy(error?: Error): this {
    if (this.destroyed) return this
    this.destroyed = true
    this.writable = false
    process.nextTick(() => {
      if (error !== undefined) this.emit('error', error)
      this.emit('close')
    })
    return this
  }

  receive(text: string): void {
    this.emit('data', Buffer.from(text))
  }
}
