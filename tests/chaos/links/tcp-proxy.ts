import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import type { Address } from '../address.js'
import { type Flow, openFlow } from './flow.js'
import { type Direction, Link } from './link.js'
import type { Filter } from './pipe.js'

/** Makes the filter of one direction of one link; gets what ends that link. */
export type StreamFault = (link: Link) => Filter

export interface TcpProxyOptions {
  /** 0 <= value < 1. Default `Math.random`. */
  readonly random?: () => number
  /** Default 127.0.0.1. */
  readonly host?: string
  /** Default: a free one. */
  readonly port?: number
}

/**
 * A TCP proxy in front of one server that does to its links what networks do: it delays, slices,
 * holds, loses, resets, and changes replies. Faults may be set at any time and hold for open links
 * and later ones, unless said otherwise.
 */
export class TcpProxy implements AsyncDisposable {
  readonly address: Address
  readonly #server: Server
  readonly #target: Address
  readonly #random: () => number
  readonly #links = new Set<Link>()
  readonly #sockets = new Set<Socket>()
  #toServer: Flow = openFlow
  #toClient: Flow = openFlow
  #replyFault: StreamFault | undefined
  #requestFault: StreamFault | undefined
  #isRefusing = false
  #accepted = 0

  private constructor(server: Server, address: Address, target: Address, random: () => number) {
    this.#server = server
    this.address = address
    this.#target = target
    this.#random = random
    server.on('connection', (client) => this.#accept(client))
  }

  static async listen(target: Address, options: TcpProxyOptions = {}): Promise<TcpProxy> {
    const { host = '127.0.0.1', port: wanted = 0, random = Math.random } = options
    const server = createServer({ allowHalfOpen: true, noDelay: true })
    server.listen(wanted, host)
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    return new TcpProxy(server, { host, port }, target, random)
  }

  /** Connections taken since the start, refused ones included. */
  get accepted(): number {
    return this.#accepted
  }

  /** Connections that are open now. */
  get open(): number {
    return this.#links.size
  }

  /** Local ports of the proxy's own connections to the server. */
  get ownPorts(): readonly number[] {
    return [...this.#sockets].flatMap(({ localPort }) =>
      localPort === undefined || localPort === this.address.port ? [] : localPort,
    )
  }

  setFlow(direction: Direction, flow: Flow): void {
    if (direction !== 'toClient') this.#toServer = flow
    if (direction !== 'toServer') this.#toClient = flow
    this.setFlowOfOpenLinks(direction, flow)
  }

  /** Later links are not concerned: they are new routes through the same network. */
  setFlowOfOpenLinks(direction: Direction, flow: Flow): void {
    for (const link of this.#links) link.setFlow(direction, flow)
  }

  /** Changes the replies of every link, open and later ones; undefined: no longer. */
  setReplyFault(fault: StreamFault | undefined): void {
    this.#replyFault = fault
    for (const link of this.#links) link.replyFilter = fault?.(link)
  }

  /** Changes the replies of the open links; later ones are not concerned. */
  setReplyFaultOfOpenLinks(fault: StreamFault): void {
    for (const link of this.#links) link.replyFilter = fault(link)
  }

  /** Changes the requests of every link, open and later ones; undefined: no longer. */
  setRequestFault(fault: StreamFault | undefined): void {
    this.#requestFault = fault
    for (const link of this.#links) link.requestFilter = fault?.(link)
  }

  /** RST to both ends of every open link. */
  resetLinks(): void {
    for (const link of this.#links) link.reset()
  }

  /** While true, new connections are reset at once. */
  set isRefusing(isRefusing: boolean) {
    this.#isRefusing = isRefusing
  }

  /** Lifts every fault. Links that were held go on. */
  heal(): void {
    this.#isRefusing = false
    this.setReplyFault(undefined)
    this.setRequestFault(undefined)
    this.setFlow('both', openFlow)
  }

  async close(): Promise<void> {
    const closed = once(this.#server, 'close')
    this.#server.close()
    for (const socket of this.#sockets) socket.destroy()
    await closed
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #accept(client: Socket): void {
    this.#accepted++
    if (this.#isRefusing) {
      client.on('error', () => {})
      client.resetAndDestroy()
      return
    }
    const server = connect({ ...this.#target, allowHalfOpen: true, noDelay: true })
    const link = new Link(client, server, this.#random)
    this.#links.add(link)
    for (const socket of [client, server]) {
      this.#sockets.add(socket)
      socket.on('close', () => {
        this.#sockets.delete(socket)
        if (client.destroyed && server.destroyed) this.#links.delete(link)
      })
    }
    link.setFlow('toServer', this.#toServer)
    link.setFlow('toClient', this.#toClient)
    link.replyFilter = this.#replyFault?.(link)
    link.requestFilter = this.#requestFault?.(link)
  }
}
