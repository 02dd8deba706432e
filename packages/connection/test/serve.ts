import { once } from 'node:events'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import type { Address } from '../src/index.js'

export interface TestServer extends AsyncDisposable {
  readonly address: Address
  /** Connections that are open. */
  readonly sockets: ReadonlySet<Socket>
  /** Resolves when the last connection has been closed by the other side. */
  left(): Promise<void>
}

/** A server that does with each connection what no real one does. */
export async function serve(
  onConnection: (socket: Socket) => void,
  server: Server = createServer({ allowHalfOpen: true }),
): Promise<TestServer> {
  const sockets = new Set<Socket>()
  server.on(
    server.eventNames().includes('secureConnection') ? 'secureConnection' : 'connection',
    onConnection,
  )
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    // What the other side does to a hostile server is no matter of this one.
    socket.on('error', () => {})
    socket.on('end', () => socket.end())
    socket.on('close', () => sockets.delete(socket))
    // What is not read has no end.
    socket.resume()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    address: { host: '127.0.0.1', port: (server.address() as AddressInfo).port },
    sockets,
    left: async () => {
      for (const socket of sockets) {
        await new Promise((resolve) => socket.on('close', resolve))
      }
    },
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close')
      server.close()
      for (const socket of sockets) socket.destroy()
      await closed
    },
  }
}

/** Answers each chunk that it gets with the same bytes. */
export const saying = (bytes: string | Uint8Array) => (socket: Socket) => {
  socket.on('data', () => socket.write(bytes))
}

/** What a server of RESP3 answers HELLO 3. */
export const hello =
  '%7\r\n$6\r\nserver\r\n$5\r\nredis\r\n$7\r\nversion\r\n$5\r\n7.2.4\r\n$5\r\nproto\r\n:3\r\n$2\r\nid\r\n:9\r\n$4\r\nmode\r\n$10\r\nstandalone\r\n$4\r\nrole\r\n$6\r\nmaster\r\n$7\r\nmodules\r\n*0\r\n'
