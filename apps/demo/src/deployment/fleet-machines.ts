import type { Fleet, FleetNode } from '@disredis/fleet'
import { DeploymentError, type Machines, type SentinelNode, type Server } from './deployment.js'

interface PlacedServer extends Server {
  readonly dataNodes: readonly { readonly node: FleetNode; readonly shard: string }[]
  readonly sentinel: FleetNode | undefined
}

/**
 * A fleet's nodes as they would stand on real servers: a master here, the next shard's replica and a
 * Sentinel beside it.
 */
export class FleetMachines implements Machines {
  readonly #fleet: Fleet
  readonly #broken: Map<FleetNode, string>
  readonly #servers: readonly PlacedServer[]
  readonly #sentinels: readonly FleetNode[]
  readonly #brokenSentinels = new Set<FleetNode>()

  /** @param broken shared with the deployment: data nodes that are down, and their shards */
  constructor(fleet: Fleet, broken: Map<FleetNode, string>) {
    this.#fleet = fleet
    this.#broken = broken
    this.#sentinels = fleet.sentinels.map((_, i) => fleet.sentinel(i + 1))
    this.#servers = placeServers(fleet, this.#sentinels)
  }

  get servers(): readonly Server[] {
    return this.#servers
  }

  get sentinels(): readonly SentinelNode[] {
    return this.#sentinels.map((node) => ({
      name: node.name,
      address: node.address,
      isBroken: this.#brokenSentinels.has(node),
    }))
  }

  mastersOn(server: string): readonly string[] {
    return this.#server(server).dataNodes.flatMap(({ node, shard }) =>
      this.#fleet.master(shard) === node ? [shard] : [],
    )
  }

  async cut(server: string): Promise<void> {
    const { dataNodes, sentinel } = this.#server(server)
    for (const { node, shard } of dataNodes) this.#broken.set(node, shard)
    if (sentinel !== undefined) this.#brokenSentinels.add(sentinel)
    const nodes = [...dataNodes.map(({ node }) => node), ...(sentinel ? [sentinel] : [])]
    await Promise.all(nodes.map((node) => node.pause()))
  }

  async killSentinel(name: string): Promise<void> {
    const sentinel = this.#sentinels.find((node) => node.name === name)
    if (sentinel === undefined) throw new DeploymentError(`There is no Sentinel ${name}.`)
    this.#brokenSentinels.add(sentinel)
    await sentinel.kill()
  }

  async restoreSentinels(): Promise<readonly string[]> {
    const nodes = [...this.#brokenSentinels]
    await Promise.all(
      nodes.map(async (node) => {
        await (node.isRunning ? node.resume() : node.restart())
        this.#brokenSentinels.delete(node)
      }),
    )
    return nodes.map(({ name }) => name)
  }

  #server(name: string): PlacedServer {
    const server = this.#servers.find((one) => one.name === name)
    if (server === undefined) throw new DeploymentError(`There is no server ${name}.`)
    return server
  }
}

/** Server i has node j of the shard that is j places further on, so that no shard is there twice. */
function placeServers(fleet: Fleet, sentinels: readonly FleetNode[]): readonly PlacedServer[] {
  const shards = fleet.masters.map((name) => ({
    name,
    nodes: [fleet.master(name), ...fleet.replicas(name)],
  }))
  return shards.map((_, i) => {
    const dataNodes = shards.flatMap(({ nodes }, j) => {
      const shard = shards[(i + j) % shards.length]
      const node = j < nodes.length ? shard?.nodes[j] : undefined
      return shard === undefined || node === undefined ? [] : [{ node, shard: shard.name }]
    })
    const sentinel = sentinels[i]
    return {
      name: `server-${i + 1}`,
      dataNodes,
      sentinel,
      nodes: [...dataNodes.map(({ node }) => node.name), ...(sentinel ? [sentinel.name] : [])],
      shards: dataNodes.map(({ shard }) => shard),
    }
  })
}
