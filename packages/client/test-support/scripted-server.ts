import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import type { Runtime } from '@disredis/connection'
import { createDialNode } from '../src/connection/dial-node.js'

/** What a server of RESP3 says to HELLO, in short. */
export const greeting = '%1\r\n$5\r\nproto\r\n:3\r\n'

/** What a master says to ROLE. */
export const role = '*3\r\n$6\r\nmaster\r\n:7\r\n*0\r\n'

/** A server that says what no real one can be made to say: `answer` gives the bytes for what it got. */
export class ScriptedServer implements AsyncDisposable {
  readonly #answer: (request: string) => string
  readonly #sockets = new Set<Socket>()
  readonly #server = createServer((socket) => {
    this.#sockets.add(socket)
    socket.on('error', () => {})
    socket.on('close', () => this.#sockets.delete(socket))
    socket.on('data', (chunk) => socket.write(this.#answer(chunk.toString())))
  })

  private constructor(answer: (request: string) => string) {
    this.#answer = answer
  }

  static async start(answer: (request: string) => string): Promise<ScriptedServer> {
    const it = new ScriptedServer(answer)
    it.#server.listen(0, '127.0.0.1')
    await once(it.#server, 'listening')
    return it
  }

  get address() {
    return { host: '127.0.0.1', port: (this.#server.address() as AddressInfo).port }
  }

  async [Symbol.asyncDispose]() {
    for (const socket of this.#sockets) socket.destroy()
    const closed = once(this.#server, 'close')
    this.#server.close()
    await closed
  }
}

export const dialWith = (runtime: Runtime) =>
  createDialNode({
    runtime,
    credentials: () => ({}),
    db: 0,
    connectionName: 'name',
    stringNumbers: false,
    tls: undefined,
    connectTimeout: 2_000,
  })
