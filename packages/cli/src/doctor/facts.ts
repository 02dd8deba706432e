import { formatAddress } from '@disredis/sentinel'
import type { MasterView, NodeReport, SentinelReport, Snapshot } from '../snapshot/snapshot.js'
import { believedView } from '../topology/describe-topology.js'

/** From where on something counts as wrong. */
export interface Limits {
  /** `commandTimeout` of the clients, ms. */
  readonly commandTimeout: number
  readonly shortestDownAfter: number
  readonly shortestFailoverTimeout: number
  readonly longestFailoverTimeout: number
  /** Days of a certificate's life. */
  readonly certificateDays: number
  /** Bytes of the replication stream. */
  readonly lag: number
  /** ms between two clocks. */
  readonly clockSkew: number
  /** Seconds of writes that the backlog should hold. */
  readonly backlogSeconds: number
  /** Share of `maxmemory` and of `maxclients`. */
  readonly fill: number
  /** By how much a shard's keys may differ from its share. */
  readonly imbalance: number
  /** Fewer keys than this in all shards say nothing of the balance. */
  readonly keysForBalance: number
}

export const defaultLimits: Limits = Object.freeze({
  commandTimeout: 10_000,
  shortestDownAfter: 1000,
  shortestFailoverTimeout: 10_000,
  longestFailoverTimeout: 180_000,
  certificateDays: 30,
  lag: 1024 * 1024,
  clockSkew: 1000,
  backlogSeconds: 60,
  fill: 0.9,
  imbalance: 0.3,
  keysForBalance: 1000,
})

/** A snapshot, ordered by what the checks ask for. */
export interface Facts {
  readonly snapshot: Snapshot
  readonly shards: readonly ShardFacts[]
  /** Sentinels that answered. */
  readonly sentinels: readonly SentinelReport[]
  /** Data nodes that answered. */
  readonly nodes: readonly NodeReport[]
  /** Weights of the ring; undefined: all equal. */
  readonly weights: Readonly<Record<string, number>> | undefined
  /** Configuration files that were given for reading, by path. */
  readonly files: ReadonlyMap<string, string>
}

export interface ShardFacts {
  readonly name: string
  /** What each answering Sentinel says of it; those that do not watch it say nothing. */
  readonly opinions: readonly Opinion[]
  /** The opinion that clients believe. */
  readonly view: MasterView | undefined
  /** Undefined when no Sentinel knows it, or when it did not answer. */
  readonly master: NodeReport | undefined
  /** All other nodes that Sentinels list for it, answering or not. */
  readonly replicas: readonly NodeReport[]
  /** Every Sentinel that has a vote: all that were ever seen. */
  readonly voters: readonly Voter[]
  /** Votes that an election needs: sentinel.c, max(majority, quorum). */
  readonly majority: number
}

export interface Opinion {
  /** `host:port` of the Sentinel. */
  readonly by: string
  readonly sentinel: SentinelReport
  readonly view: MasterView
}

export interface Voter {
  readonly id: string
  /** As the others know it. */
  readonly address: string
  readonly host: string
}

export interface FactsOptions {
  readonly weights?: Readonly<Record<string, number>> | undefined
  readonly files?: ReadonlyMap<string, string>
}

export function factsOf(snapshot: Snapshot, options: FactsOptions = {}): Facts {
  const sentinels = snapshot.sentinels.filter(({ failure }) => failure === undefined)
  return {
    snapshot,
    sentinels,
    nodes: snapshot.nodes.filter(({ failure }) => failure === undefined),
    shards: snapshot.shards.map((name) => shardFacts(name, sentinels, snapshot.nodes)),
    weights: options.weights,
    files: options.files ?? new Map(),
  }
}

function shardFacts(
  name: string,
  sentinels: readonly SentinelReport[],
  allNodes: readonly NodeReport[],
): ShardFacts {
  const opinions = sentinels.flatMap((sentinel) =>
    sentinel.masters
      .filter((view) => view.name === name)
      .map((view) => ({ by: formatAddress(sentinel.address), sentinel, view })),
  )
  const view = believedView(name, sentinels)
  const nodes = allNodes.filter(({ shards }) => shards.includes(name))
  const isMaster = ({ address }: NodeReport) =>
    view !== undefined && formatAddress(address) === formatAddress(view.address)
  const voters = votersOf(opinions)
  return {
    name,
    opinions,
    view,
    master: nodes.find((node) => isMaster(node) && node.failure === undefined),
    replicas: nodes.filter((node) => !isMaster(node)),
    voters,
    majority: Math.floor(voters.length / 2) + 1,
  }
}

function votersOf(opinions: readonly Opinion[]): readonly Voter[] {
  const voters = new Map<string, Voter>()
  for (const { sentinel, by } of opinions) {
    const id = sentinel.id ?? by
    voters.set(id, { id, address: by, host: sentinel.address.host })
  }
  // The address by which the others know it tells the host; a seed may be a name or a gateway.
  for (const peer of opinions.flatMap(({ view }) => view.peers)) {
    const address = formatAddress(peer.address)
    voters.set(peer.id, { id: peer.id, address, host: peer.address.host })
  }
  return [...voters.values()].sort((a, b) => (a.address < b.address ? -1 : 1))
}

/** `host:port` of a node. */
export function nameOf(node: { readonly address: { host: string; port: number } }): string {
  return formatAddress(node.address)
}

/** A redis-cli for a node, without secrets. */
export function cli(
  address: { readonly host: string; readonly port: number } | string,
  command: string,
): string {
  const text = typeof address === 'string' ? address : formatAddress(address)
  const colon = text.lastIndexOf(':')
  const host = text.slice(0, colon).replace(/^\[|\]$/gu, '')
  return `redis-cli -h ${host} -p ${text.slice(colon + 1)} ${command}`
}

/** The same command on each of them. */
export function cliOnEach(
  addresses: readonly ({ readonly host: string; readonly port: number } | string)[],
  command: string,
): readonly string[] {
  return addresses.map((address) => cli(address, command))
}

/** Whether a Sentinel calls it down. */
export function isDown({ flags }: { readonly flags: readonly string[] }): boolean {
  return flags.includes('s_down') || flags.includes('o_down')
}
