import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import type { Address } from './contender.js'
import { RespReader, type RespReply } from './resp-reader.js'

type Settle = (reply: RespReply) => void

/** Compacting rarely keeps taking from the front cheap. */
const compactAfter = 8192

/** A socket, a text buffer that is written once per tick, and the promises in the order of asking. */
export class RawConnection {
  readonly #socket: Socket
  #waiting: Settle[] = []
  #next = 0
  #unwritten = ''
  #failure: Error | undefined

  private constructor(socket: Socket) {
    this.#socket = socket
    const reader = new RespReader((reply) => this.#settleNext(reply))
    socket.on('data', (chunk) => reader.push(chunk))
    socket.on('error', (error) => this.#fail(error))
    socket.on('close', () => this.#fail(new Error('The raw connection was closed')))
  }

  static async open({ host, port }: Address): Promise<RawConnection> {
    const socket = connect({ host, port, noDelay: true })
    await once(socket, 'connect')
    return new RawConnection(socket)
  }

  send(command: string): Promise<RespReply> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure)
    return new Promise((resolve, reject) => {
      this.#waiting.push((reply) => {
        if (reply instanceof Error) reject(reply)
        else resolve(reply)
      })
      if (this.#unwritten === '') process.nextTick(this.#flush)
      this.#unwritten += command
    })
  }

  async close(): Promise<void> {
    const closed = once(this.#socket, 'close')
    this.#socket.destroy()
    await closed
  }

  readonly #flush = () => {
    this.#socket.write(this.#unwritten, 'latin1')
    this.#unwritten = ''
  }

  #settleNext(reply: RespReply) {
    const settle = this.#waiting[this.#next++]
    if (settle === undefined) throw new Error('A reply came that nobody asked for')
    if (this.#next === compactAfter) {
      this.#waiting = this.#waiting.slice(this.#next)
      this.#next = 0
    }
    settle(reply)
  }

  #fail(error: Error) {
    this.#failure ??= error
    const unanswered = this.#waiting.slice(this.#next)
    this.#waiting = []
    this.#next = 0
    for (const settle of unanswered) settle(error)
  }
}
