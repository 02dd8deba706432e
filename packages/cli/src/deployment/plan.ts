import type { DeploymentDescription, HostDescription } from './description.js'

/** One server process. */
export interface PlannedNode {
  /** Of the process: `shard-1`, `sentinel`; one host has each name once. */
  readonly name: string
  readonly kind: 'data' | 'sentinel'
  readonly host: HostDescription
  /** By which the others reach it. */
  readonly address: string
  readonly port: number
  /** Of a data node. */
  readonly shard?: string
  /** Whom it follows at its first start; undefined for the first master, and for Sentinels. */
  readonly master?: PlannedNode
}

export interface Plan {
  readonly description: DeploymentDescription
  readonly nodes: readonly PlannedNode[]
  /** The first master of each shard. */
  readonly masters: readonly PlannedNode[]
  readonly sentinels: readonly PlannedNode[]
  readonly quorum: number
}

/**
 * Masters are dealt out over the hosts with data, and each replica goes to the next host: no host has
 * two nodes of one shard.
 */
export function planDeployment(description: DeploymentDescription): Plan {
  const { hosts, shards, replicasPerShard, dataPort, sentinelPort } = description
  const dataHosts = hosts.filter(({ data }) => data)
  const nodes: PlannedNode[] = []
  const masters: PlannedNode[] = []
  shards.forEach((shard, index) => {
    const hostOf = (offset: number) => dataHosts[(index + offset) % dataHosts.length]!
    const node = (offset: number): PlannedNode => ({
      name: shard,
      kind: 'data',
      shard,
      host: hostOf(offset),
      address: hostOf(offset).address,
      port: dataPort + index,
    })
    const master = node(0)
    masters.push(master)
    nodes.push(master)
    for (let i = 1; i <= replicasPerShard; i++) nodes.push({ ...node(i), master })
  })
  const sentinels = hosts.map(
    (host): PlannedNode => ({
      name: 'sentinel',
      kind: 'sentinel',
      host,
      address: host.address,
      port: sentinelPort,
    }),
  )
  return {
    description,
    nodes: [...nodes, ...sentinels],
    masters,
    sentinels,
    quorum: Math.floor(sentinels.length / 2) + 1,
  }
}
