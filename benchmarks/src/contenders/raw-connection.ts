import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import type { Address } from './contender.js'
import { RespReader, type RespReply } from './resp-reader.js'

interface Waiter {
  resolve(reply: RespReply): void
  reject(error: Error): void
}

/** Compacting rarely keeps taking from the front cheap. */
const compactAfter = 1024

/** A socket, a text that is written once per tick, and the promises in the order of asking. */
export class RawConnection {
  readonly #socket: Socket
  #waiters: (Waiter | undefined)[] = []
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
    if (this.#unwritten === '') process.nextTick(this.#flush)
    this.#unwritten += command
    return new Promise((resolve, reject) => {
      this.#waiters.push({ resolve, reject })
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
    const waiter = this.#waiters[this.#next]
    if (waiter === undefined) throw new Error('A reply came that nobody asked for')
    // A slot that is not cleared keeps the reply, and the chunk it was cut from, until compacting.
    this.#waiters[this.#next++] = undefined
    if (this.#next === compactAfter) {
      this.#waiters = this.#waiters.slice(this.#next)
      this.#next = 0
    }
    if (reply instanceof Error) waiter.reject(reply)
    else waiter.resolve(reply)
  }

  #fail(error: Error) {
    this.#failure ??= error
    const unanswered = this.#waiters.slice(this.#next)
    this.#waiters = []
    this.#next = 0
    for (const waiter of unanswered) waiter?.reject(error)
  }
}
