import type { Address } from './address.js'
import type { Claim } from './master-claims.js'
import type { ReplicaTopology } from './topology.js'

/** Another Sentinel, as a Sentinel lists it. */
export interface ListedSentinel {
  readonly id: string
  readonly address: Address
}

/** What `SENTINEL MASTERS` tells of one master. */
export interface MasterReport {
  readonly quorum: number
  readonly flags: readonly string[]
  /** Where it is; only for the masters that were asked for. */
  readonly claim: Claim | undefined
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
