import type { Address } from '@disredis/connection'

/** One replica as the Sentinels describe it. */
export interface ReplicaTopology {
  readonly address: Address
  /** Sentinel's flags, for example `slave`, `s_down`, `disconnected`. */
  readonly flags: readonly string[]
  /** `ok` while the replica is linked to its master, as Sentinel last saw it. */
  readonly masterLinkUp: boolean
  /** `slave-priority`; 0 is never promoted. */
  readonly priority: number
}

/** Where one Sentinel says that a master is, and the config-epoch that it gives for it. */
export interface Claim {
  readonly address: Address
  readonly epoch: number
}

/** Another Sentinel, as a Sentinel lists it. */
export interface ListedSentinel {
  readonly id: string
  readonly address: Address
}

/** A Sentinel: who it is, and the address to name it by. */
export interface Source {
  readonly id: string
  readonly address: Address
}

/** What one Sentinel says of a failover that it leads: `undefined` if it leads none. */
export interface FailoverReport {
  /** The replica that it has chosen, as far as it was asked for its replicas. */
  readonly replica: Address | undefined
}

/** A node under one of its names. */
export interface NamedNode {
  readonly address: Address
  /** What the node calls itself, anew at each start. */
  readonly runId: string
}

/** What `SENTINEL MASTERS` says of one master. */
export interface MasterReport {
  readonly quorum: number
  /** `down-after-milliseconds`; 0 where it is not told. */
  readonly downAfter: number
  readonly flags: readonly string[]
  /** Where it is; only for the masters that were asked for. */
  readonly claim: Claim | undefined
  /** The node that the Sentinel has the master's details of, if it has its run id. */
  readonly node: NamedNode | undefined
  /** Those of `replicas` whose run id it has. */
  readonly replicaNodes: readonly NamedNode[] | undefined
  /** Of the failover that this Sentinel leads and that has not given it another master yet. */
  readonly failover: FailoverReport | undefined
  /** Only when they were asked for, which is not at every poll. */
  readonly replicas: readonly ReplicaTopology[] | undefined
  readonly sentinels: readonly ListedSentinel[] | undefined
  /** Changes whenever replicas and Sentinels should be asked for anew. */
  readonly fingerprint: string
}

/** One answer of one Sentinel. */
export interface SentinelReport {
  /** Every master that this Sentinel watches, by name. */
  readonly masters: ReadonlyMap<string, MasterReport>
  /** What could not be used of the answer, for example an empty host. */
  readonly problems: readonly Error[]
}
