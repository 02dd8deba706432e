import { type Address, formatAddress, type ShardTopology, type Topology } from '@disredis/sentinel'

/** Something by which a failover could not happen, although all is well now. */
export interface HealthWarning {
  /**
   * - `quorum-unreachable`: the quorum is larger than the number of Sentinels: none can ever lead.
   * - `no-majority-after-host-loss`: without one host the Sentinels that are left are no majority.
   * - `no-promotable-replica`: nothing could take over.
   * - `one-host`: the master and all its replicas are on one host.
   * - `slow-detection`: Sentinel looks on for longer than a command may take.
   * - `cache-refused`: the master does not tell which keys have changed: `cached()` keeps nothing of it.
   * - `tracking-table-full`: the master forgets keys that clients keep, and takes them from their caches.
   */
  readonly code:
    | 'quorum-unreachable'
    | 'no-majority-after-host-loss'
    | 'no-promotable-replica'
    | 'one-host'
    | 'slow-detection'
    | 'cache-refused'
    | 'tracking-table-full'
  /** The Sentinel master name; undefined where it concerns all. */
  readonly shard: string | undefined
  /** What is wrong and what to do, in a sentence or two. */
  readonly message: string
}

/** @param commandTimeout ms of the client's commands */
export function healthWarnings(
  { shards, sentinels }: Topology,
  commandTimeout: number,
): readonly HealthWarning[] {
  const hosts = sentinels.map(({ address }) => address.host)
  return [...shards.values()].flatMap((shard) => [
    ...quorumWarnings(shard, hosts),
    ...replicaWarnings(shard),
    ...detectionWarnings(shard, commandTimeout),
  ])
}

function quorumWarnings(
  { name, quorum }: ShardTopology,
  hosts: readonly string[],
): HealthWarning[] {
  const known = hosts.length
  // sentinel.c: an election needs the majority of all Sentinels ever seen, and the quorum.
  const needed = Math.max(Math.floor(known / 2) + 1, quorum)
  if (quorum > known) {
    return [
      {
        code: 'quorum-unreachable',
        shard: name,
        message: `The quorum of '${name}' is ${quorum}, and ${known} Sentinels are known: it can never be failed over. Lower it with SENTINEL SET ${name} quorum, or add Sentinels.`,
      },
    ]
  }
  const worst = [...new Set(hosts)]
    .map((host) => ({ host, left: hosts.filter((other) => other !== host).length }))
    .find(({ left }) => left < needed)
  if (worst === undefined) return []
  return [
    {
      code: 'no-majority-after-host-loss',
      shard: name,
      message: `Without the host ${worst.host}, ${worst.left} of ${known} Sentinels are left, and ${needed} must agree to fail '${name}' over. Run Sentinels on three or more hosts, none of which has the majority.`,
    },
  ]
}

function replicaWarnings({ name, master, replicas }: ShardTopology): HealthWarning[] {
  const promotable = replicas.filter(
    ({ priority, masterLinkUp, flags }) =>
      priority > 0 &&
      masterLinkUp &&
      !flags.some((flag) => /^(?:[so]_down|disconnected)$/.test(flag)),
  )
  if (promotable.length === 0) {
    return [
      {
        code: 'no-promotable-replica',
        shard: name,
        message: `None of the ${replicas.length} known replicas of '${name}' could take over: they are missing, down, not linked to the master, or have replica-priority 0.`,
      },
    ]
  }
  const isElsewhere = ({ address }: { readonly address: Address }) => address.host !== master.host
  if (promotable.some(isElsewhere)) return []
  return [
    {
      code: 'one-host',
      shard: name,
      message: `The master of '${name}' (${formatAddress(master)}) and every replica that could take over are on one host: losing it means losing the shard. Run a replica on another host.`,
    },
  ]
}

function detectionWarnings(
  { name, downAfter }: ShardTopology,
  commandTimeout: number,
): HealthWarning[] {
  if (downAfter <= commandTimeout) return []
  return [
    {
      code: 'slow-detection',
      shard: name,
      message: `Sentinel waits ${downAfter} ms (down-after-milliseconds) before it replaces the master of '${name}', but commands of this client wait ${commandTimeout} ms (commandTimeout): in a crash they all fail. Lower the one or raise the other.`,
    },
  ]
}
