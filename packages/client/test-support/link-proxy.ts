import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { type Address, formatAddress } from '@disredis/connection'

/** A proxy whose links can be slow, or forgotten as by a NAT. */
export class LinkProxy implements AsyncDisposable {
  readonly #server: Server
  readonly #links = new Set<{ client: Socket; server: Socket; isForgotten: boolean }>()
  readonly #target: Address
  /** Bytes a second from the client to the server. */
  uploadRate = Number.POSITIVE_INFINITY
  /** ms that each reply takes longer. */
  replyDelay = 0

  private constructor(target: Address) {
    this.#target = target
    this.#server = createServer((client) => this.#link(client))
  }

  static async listen(target: Address): Promise<LinkProxy> {
    const proxy = new LinkProxy(target)
    proxy.#server.listen(0, '127.0.0.1')
    await once(proxy.#server, 'listening')
    return proxy
  }

  get #address(): Address {
    return { host: '127.0.0.1', port: (this.#server.address() as AddressInfo).port }
  }

  /** Leads a client here. */
  get natMap(): Record<string, Address> {
    return { [formatAddress(this.#target)]: this.#address }
  }

  /** Nothing passes any more on the links that are open, in either direction; new ones work. */
  forgetLinks(): void {
    for (const link of this.#links) link.isForgotten = true
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { client, server } of this.#links) {
      client.destroy()
      server.destroy()
    }
    this.#server.close()
    await once(this.#server, 'close')
  }

  #link(client: Socket): void {
    const server = connect(this.#target)
    const link = { client, server, isForgotten: false }
    this.#links.add(link)
    const end = () => {
      this.#links.delete(link)
      client.destroy()
      server.destroy()
    }
    for (const socket of [client, server]) socket.on('error', () => {}).on('close', end)
    server.on('data', (chunk) => {
      if (link.isForgotten) return
      if (this.replyDelay === 0) client.write(chunk)
      else setTimeout(() => client.writable && client.write(chunk), this.replyDelay)
    })
    client.on('data', (chunk) => {
      if (link.isForgotten) return
      server.write(chunk)
      const pause = (chunk.length / this.uploadRate) * 1000
      if (pause < 1) return
      client.pause()
      setTimeout(() => client.resume(), pause)
    })
  }
}
