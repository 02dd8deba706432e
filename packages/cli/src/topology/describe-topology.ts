import { formatAddress } from '@disredis/sentinel'
import type { MasterView, NodeReport, SentinelReport, Snapshot } from '../snapshot/snapshot.js'

/** A snapshot, cut down to who is what: what `topology --json` prints. */
export interface TopologyDescription {
  readonly shards: readonly ShardDescription[]
  readonly sentinels: readonly SentinelDescription[]
  /** What some Sentinels say and others do not. */
  readonly differences: readonly Difference[]
}

export interface ShardDescription {
  readonly name: string
  /** By the highest config-epoch; where that is equal, by most of the Sentinels. */
  readonly master: string | undefined
  readonly configEpoch: number
  readonly quorum: number
  readonly flags: readonly string[]
  readonly keys: number
  readonly nodes: readonly NodeDescription[]
}

export interface NodeDescription {
  readonly address: string
  readonly role: 'master' | 'replica' | 'unknown'
  readonly version: string | undefined
  /** Bytes of the replication stream that it lacks; undefined when it is not known. */
  readonly lag: number | undefined
  readonly link: string | undefined
  readonly priority: number | undefined
  readonly failure: string | undefined
}

export interface SentinelDescription {
  readonly address: string
  readonly id: string | undefined
  readonly version: string | undefined
  readonly isTilted: boolean
  readonly failure: string | undefined
}

export interface Difference {
  readonly shard: string
  readonly what: string
  /** What each Sentinel says, by its address. */
  readonly opinions: Readonly<Record<string, string>>
}

export function describeTopology(snapshot: Snapshot): TopologyDescription {
  const answering = snapshot.sentinels.filter(({ failure }) => failure === undefined)
  return {
    shards: snapshot.shards.map((name) => describeShard(name, answering, snapshot.nodes)),
    sentinels: snapshot.sentinels.map(({ address, id, info, isTilted, failure }) => ({
      address: formatAddress(address),
      id,
      version: info.get('redis_version'),
      isTilted,
      failure: failure?.message,
    })),
    differences: snapshot.shards.flatMap((name) => differencesOf(name, answering)),
  }
}

/** The view to believe, as the client decides it. */
export function believedView(
  name: string,
  sentinels: readonly SentinelReport[],
): MasterView | undefined {
  const views = sentinels.flatMap(({ masters }) => masters.filter((view) => view.name === name))
  const votes = (view: MasterView) =>
    views.filter((other) => formatAddress(other.address) === formatAddress(view.address)).length
  return [...views].sort((a, b) => b.configEpoch - a.configEpoch || votes(b) - votes(a))[0]
}

function describeShard(
  name: string,
  sentinels: readonly SentinelReport[],
  nodes: readonly NodeReport[],
): ShardDescription {
  const view = believedView(name, sentinels)
  const master = view && formatAddress(view.address)
  const mine = nodes.filter(({ shards }) => shards.includes(name))
  const masterNode = mine.find(({ address }) => formatAddress(address) === master)
  const offset = masterNode?.role?.kind === 'master' ? masterNode.role.offset : undefined
  return {
    name,
    master,
    configEpoch: view?.configEpoch ?? 0,
    quorum: view?.quorum ?? 0,
    flags: view?.flags ?? [],
    keys: masterNode?.keys ?? 0,
    nodes: [...mine]
      .sort((a, b) => Number(b === masterNode) - Number(a === masterNode))
      .map((node) => describeNode(node, view, offset)),
  }
}

function describeNode(
  { address, role, info, failure, config }: NodeReport,
  view: MasterView | undefined,
  offset: number | undefined,
): NodeDescription {
  const replica = view?.replicas.find(
    (one) => formatAddress(one.address) === formatAddress(address),
  )
  const isReplica = role?.kind === 'replica'
  const priority = config.get('replica-priority') ?? info.get('slave_priority') ?? replica?.priority
  return {
    address: formatAddress(address),
    role: role?.kind === 'master' || isReplica ? role.kind : 'unknown',
    version: info.get('valkey_version') ?? info.get('redis_version'),
    // The master was asked a moment before or after: less than nothing is nothing.
    lag: isReplica && offset !== undefined ? Math.max(0, offset - role.offset) : undefined,
    link: isReplica ? role.state : undefined,
    priority: priority === undefined ? undefined : Number(priority),
    failure: failure?.message,
  }
}

const compared: readonly (readonly [string, (view: MasterView) => string])[] = [
  ['master', (view) => formatAddress(view.address)],
  ['config-epoch', (view) => `${view.configEpoch}`],
  ['quorum', (view) => `${view.quorum}`],
  ['down', (view) => view.flags.filter((flag) => /^[so]_down$/u.test(flag)).join(',') || 'no'],
]

function differencesOf(name: string, sentinels: readonly SentinelReport[]): Difference[] {
  const opinions = (say: (view: MasterView) => string) =>
    Object.fromEntries(
      sentinels.map(({ address, masters }) => {
        const view = masters.find((one) => one.name === name)
        return [formatAddress(address), view === undefined ? 'not watched' : say(view)]
      }),
    )
  return compared
    .map(([what, say]) => ({ shard: name, what, opinions: opinions(say) }))
    .filter((difference) => new Set(Object.values(difference.opinions)).size > 1)
}
