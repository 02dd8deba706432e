import { connect, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import type { Address } from '../address.js'
import { encode, type Reply, ReplyFailure, ReplyReader } from './resp.js'

interface Waiter {
  resolve(reply: Reply): void
  reject(error: Error): void
}

export interface RawConnectionOptions {
  /** PEM of the authority; then TLS is spoken. */
  readonly ca?: string | undefined
  /** ms without a reply after which a call fails. Default 20000. */
  readonly timeout?: number
}

/**
 * The plainest Redis connection: what the oracle is told must not come through the code that it judges,
 * so this is neither a client library nor @disredis/connection.
 */
export class RawConnection {
  readonly #socket: Socket
  readonly #timeout: number
  readonly #reader = new ReplyReader()
  readonly #waiters: Waiter[] = []
  /** Called for what the server says unasked. */
  onMessage: ((message: readonly Reply[]) => void) | undefined

  constructor(address: Address, { ca, timeout = 20_000 }: RawConnectionOptions = {}) {
    this.#timeout = timeout
    this.#socket = ca === undefined ? connect(address) : connectTls({ ...address, ca })
    this.#socket.on('data', (chunk: Buffer) => this.#take(chunk))
    this.#socket.on('error', (error) => this.#fail(error))
    this.#socket.on('close', () => this.#fail(new Error('The connection was closed')))
  }

  /** One command on a connection of its own. @throws ReplyFailure */
  static async ask(
    address: Address,
    args: readonly (string | number)[],
    options?: RawConnectionOptions,
  ): Promise<Reply> {
    const connection = new RawConnection(address, options)
    try {
      return await connection.call(...args)
    } finally {
      connection.close()
    }
  }

  get localPort(): number | undefined {
    return this.#socket.localPort
  }

  /** @throws ReplyFailure for an error reply, an Error for a lost connection */
  call(...args: readonly (string | number)[]): Promise<Reply> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#socket.destroy(new Error(`No reply to ${args[0]} within ${this.#timeout} ms`))
      }, this.#timeout)
      this.#waiters.push({
        resolve: (reply) => {
          clearTimeout(timer)
          if (reply instanceof ReplyFailure) reject(reply)
          else resolve(reply)
        },
        reject: (error) => {
          clearTimeout(timer)
          reject(error)
        },
      })
      if (this.#socket.destroyed) this.#fail(new Error('The connection is closed'))
      else this.#socket.write(encode(args))
    })
  }

  close(): void {
    this.#socket.destroy()
  }

  #take(chunk: Buffer): void {
    let replies: Reply[]
    try {
      replies = this.#reader.push(chunk)
    } catch (error) {
      this.#socket.destroy(error as Error)
      return
    }
    for (const reply of replies) {
      const isMessage = Array.isArray(reply) && /^p?message$/.test(String(reply[0]))
      if (isMessage) this.onMessage?.(reply)
      else this.#settle(reply)
    }
  }

  #settle(reply: Reply): void {
    const waiter = this.#waiters.shift()
    if (waiter !== undefined) waiter.resolve(reply)
    else this.#socket.destroy(new Error('The server sent a reply that answers nothing'))
  }

  #fail(error: Error): void {
    for (const waiter of this.#waiters.splice(0)) waiter.reject(error)
  }
}
