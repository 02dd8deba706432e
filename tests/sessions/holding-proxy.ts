import { createConnection, createServer, type Server, type Socket } from 'node:net'

interface Address {
  readonly host: string
  readonly port: number
}

/** What clients and servers say to each other all the time. */
const HOUSEKEEPING = /^(auth|client|hello|info|ping|role|select)$/

/**
 * Stands before a Redis server: writes down which commands come, and can keep the replies back. What
 * comes while all replies are kept back was sent without waiting for one: that is one round trip.
 */
export class HoldingProxy {
  /** Commands so far, lower case, without housekeeping. */
  readonly commands: string[] = []
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  readonly #held: (() => void)[] = []
  #isHolding = false

  private constructor(server: Server) {
    this.#server = server
  }

  static async before(target: Address): Promise<HoldingProxy> {
    const server = createServer((client) => proxy.#connect(client, target))
    const proxy = new HoldingProxy(server)
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    return proxy
  }

  get address(): Address {
    const address = this.#server.address()
    if (address === null || typeof address === 'string') throw new Error('It does not listen')
    return { host: '127.0.0.1', port: address.port }
  }

  hold(): void {
    this.#isHolding = true
  }

  letGo(): void {
    this.#isHolding = false
    for (const pass of this.#held.splice(0)) pass()
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  #connect(client: Socket, { host, port }: Address): void {
    const server = createConnection(port, host)
    const names = commandNames((name) => {
      if (!HOUSEKEEPING.test(name)) this.commands.push(name)
    })
    client.on('data', (chunk) => {
      names(chunk)
      server.write(chunk)
    })
    server.on('data', (chunk) => {
      if (this.#isHolding) this.#held.push(() => client.write(chunk))
      else client.write(chunk)
    })
    for (const [socket, other] of [
      [client, server],
      [server, client],
    ] as const) {
      this.#sockets.add(socket)
      socket.setNoDelay(true)
      socket.on('error', () => other.destroy())
      socket.on('close', () => {
        this.#sockets.delete(socket)
        other.destroy()
      })
    }
  }
}

/** Reads commands as clients send them, arrays of bulk strings, whatever the pieces they come in. */
function commandNames(tell: (name: string) => void): (chunk: Buffer) => void {
  let buffer: Buffer = Buffer.alloc(0)
  return (chunk) => {
    buffer = Buffer.concat([buffer, chunk])
    for (;;) {
      let at = 0
      const line = () => {
        const end = buffer.indexOf('\r\n', at)
        const text = end < 0 ? undefined : buffer.toString('latin1', at, end)
        at = end + 2
        return text
      }
      let left = Number(line()?.slice(1))
      let name: string | undefined
      for (; left > 0; left--) {
        const length = Number(line()?.slice(1))
        if (!(at + length + 2 <= buffer.length)) return
        name ??= buffer.toString('latin1', at, at + length)
        at += length + 2
      }
      if (name === undefined) return
      tell(name.toLowerCase())
      buffer = buffer.subarray(at)
    }
  }
}
