import type { Socket } from 'node:net'
import type { Flow } from './flow.js'
import { type Filter, Pipe } from './pipe.js'

export type Direction = 'toServer' | 'toClient' | 'both'

/** One connection through the proxy. */
export class Link {
  readonly #client: Socket
  readonly #server: Socket
  readonly #toServer: Pipe
  readonly #toClient: Pipe

  constructor(client: Socket, server: Socket, random: () => number) {
    this.#client = client
    this.#server = server
    this.#toServer = new Pipe(client, server, random)
    this.#toClient = new Pipe(server, client, random)
    this.#passOnResets(client, server, this.#toServer)
    this.#passOnResets(server, client, this.#toClient)
  }

  setFlow(direction: Direction, flow: Flow): void {
    if (direction !== 'toClient') this.#toServer.flow = flow
    if (direction !== 'toServer') this.#toClient.flow = flow
    // TCP never goes on behind a hole in the stream.
    if ([this.#toServer, this.#toClient].some((pipe) => pipe.hasHole)) this.reset()
  }

  /** Changes what the server sends. */
  set replyFilter(filter: Filter | undefined) {
    this.#toClient.filter = filter
  }

  /** Changes what the client sends. */
  set requestFilter(filter: Filter | undefined) {
    this.#toServer.filter = filter
  }

  /** RST to both ends. */
  reset(): void {
    resetSocket(this.#client)
    resetSocket(this.#server)
  }

  /** What was sent so far arrives, then the client sees an orderly end. */
  end(): void {
    this.#client.end()
    this.#server.destroy()
  }

  destroy(): void {
    this.#client.destroy()
    this.#server.destroy()
  }

  #passOnResets(from: Socket, to: Socket, pipe: Pipe): void {
    from.on('error', () => {
      // Across a partition nobody hears of it.
      if (pipe.flow.hold !== true) resetSocket(to)
    })
  }
}

/**
 * RST. Not of a socket that is being ended: libuv refuses that, Node then forgets the handle without
 * closing it, and the process spins for ever when it exits (`uv_tcp_close_reset`, `net.js`).
 */
function resetSocket(socket: Socket): void {
  if (socket.writableEnded) socket.destroy()
  else socket.resetAndDestroy()
}
