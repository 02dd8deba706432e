import type { DisredisOptions } from '@disredis/client'
import type { FleetNode } from '@disredis/fleet'
import { type Address, formatAddress } from '../address.js'
import { TcpProxy } from '../links/tcp-proxy.js'

/** A proxy in front of each of some nodes, and the map that leads clients to them. */
export class Proxies {
  readonly #byNode = new Map<string, TcpProxy>()
  readonly #byAddress = new Map<string, TcpProxy>()
  readonly #random: () => number

  constructor(random: () => number) {
    this.#random = random
  }

  async add(node: FleetNode): Promise<void> {
    const proxy = await TcpProxy.listen(node.address, { random: this.#random })
    this.#byNode.set(node.name, proxy)
    this.#byAddress.set(formatAddress(node.address), proxy)
  }

  /** @param node `shard-1/1`, `sentinel-1` */
  get(node: string): TcpProxy {
    const proxy = this.#byNode.get(node)
    if (proxy === undefined) throw new Error(`No proxy stands before ${node}`)
    return proxy
  }

  all(): readonly TcpProxy[] {
    return [...this.#byNode.values()]
  }

  /** Where a client should dial to reach the node. */
  addressOf(node: FleetNode): Address {
    return this.#byNode.get(node.name)?.address ?? node.address
  }

  natMap(): NonNullable<DisredisOptions['natMap']> {
    return (key: string) => this.#byAddress.get(key)?.address ?? null
  }

  /** The same as a table. */
  natTable(): Record<string, Address> {
    return Object.fromEntries([...this.#byAddress].map(([key, { address }]) => [key, address]))
  }

  get ownPorts(): readonly number[] {
    return this.all().flatMap(({ ownPorts }) => ownPorts)
  }

  heal(): void {
    for (const proxy of this.all()) proxy.heal()
  }

  async close(): Promise<void> {
    await Promise.all(this.all().map((proxy) => proxy.close()))
  }
}
