import { connect, type Socket } from 'node:net'
import type { Address } from '@disredis/fleet'
import { replyEnd } from './reply-end.js'

/** A connection to a real server that gives replies as they came, byte for byte. */
export class RealConnection implements Disposable {
  readonly #socket: Socket
  #text = ''
  #waiter: (() => void) | undefined
  #isClosed = false

  constructor(address: Address) {
    this.#socket = connect(address)
    this.#socket.on('data', (chunk) => {
      this.#text += chunk.toString('latin1')
      this.#waiter?.()
    })
    this.#socket.on('error', () => {})
    this.#socket.on('close', () => {
      this.#isClosed = true
      this.#waiter?.()
    })
  }

  send(args: readonly string[]): void {
    const parts = args.map((arg) => `$${arg.length}\r\n${arg}\r\n`)
    this.#socket.write(`*${args.length}\r\n${parts.join('')}`)
  }

  /** The next reply or push; `closed` if the server has closed the connection. */
  async next(): Promise<string> {
    for (;;) {
      const end = replyEnd(this.#text)
      if (end !== undefined) {
        const reply = this.#text.slice(0, end)
        this.#text = this.#text.slice(end)
        return reply
      }
      if (this.#isClosed) return 'closed'
      await new Promise<void>((resolve) => {
        this.#waiter = resolve
      })
    }
  }

  async ask(...args: string[]): Promise<string> {
    this.send(args)
    return await this.next()
  }

  [Symbol.dispose](): void {
    this.#socket.destroy()
  }
}
