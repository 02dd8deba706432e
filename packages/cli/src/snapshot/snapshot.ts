import type { PlacementRecordReading } from '@disredis/client'
import type { Address } from '@disredis/sentinel'
import type { FailureReason } from '../nodes/node-session.js'

/** Everything that was asked of a deployment at one moment. Plain data: rules over it are pure. */
export interface Snapshot {
  /** This machine's clock when it began, ms since 1970. */
  readonly takenAt: number
  /** How long it took, ms. */
  readonly duration: number
  readonly sentinels: readonly SentinelReport[]
  /** Masters and replicas, each address once. */
  readonly nodes: readonly NodeReport[]
  /** The names that any Sentinel watches, or those that were asked for; sorted. */
  readonly shards: readonly string[]
}

export interface Failure {
  readonly reason: FailureReason | 'not-a-sentinel'
  /** For people, to follow the address: `refuses connections (ECONNREFUSED)`. */
  readonly message: string
}

/** What a server tells of itself, whatever its kind. */
export interface ServerReport {
  /** As Sentinels name it, or as it was given. */
  readonly address: Address
  /** Where it was dialled: after the NAT map. */
  readonly dialled: Address
  /** Why nothing is known of it; undefined when it answered. */
  readonly failure: Failure | undefined
  readonly info: ReadonlyMap<string, string>
  /** What it does for somebody without a password. Undefined: not known. */
  readonly withoutPassword: 'answers' | 'refuses' | undefined
  /** Its ACL users, passwords taken out but for a digest. Undefined: it does not tell. */
  readonly users: readonly AclUser[] | undefined
  /** ms that its clock is ahead of this machine's. */
  readonly clockOffset: number | undefined
  /** Undefined without TLS. */
  readonly certificate: CertificateReport | undefined
  /** Commands that it refused to us, with the reason: checks that need them say nothing. */
  readonly refusals: ReadonlyMap<string, string>
}

export interface SentinelReport extends ServerReport {
  /** It was given to us, not named by another Sentinel. */
  readonly isSeed: boolean
  readonly id: string | undefined
  readonly isTilted: boolean
  readonly masters: readonly MasterView[]
  /** `SENTINEL CONFIG GET *`; empty where it is not known. */
  readonly config: ReadonlyMap<string, string>
}

/** What one Sentinel says of one master. */
export interface MasterView {
  readonly name: string
  /** `SENTINEL GET-MASTER-ADDR-BY-NAME`. */
  readonly address: Address
  readonly flags: readonly string[]
  readonly quorum: number
  readonly configEpoch: number
  readonly downAfter: number
  readonly failoverTimeout: number
  readonly parallelSyncs: number
  readonly replicas: readonly ReplicaView[]
  readonly peers: readonly PeerView[]
  /** The answer of `SENTINEL CKQUORUM`, `OK …` or the refusal. */
  readonly quorumCheck: string | undefined
}

export interface ReplicaView {
  readonly address: Address
  readonly flags: readonly string[]
  readonly priority: number
  /** ms since it last answered this Sentinel. */
  readonly silentFor: number
}

/** Another Sentinel, as one Sentinel knows it. */
export interface PeerView {
  readonly address: Address
  readonly id: string
  readonly flags: readonly string[]
  readonly silentFor: number
}

export interface NodeReport extends ServerReport {
  /** The master names under which Sentinels list it. */
  readonly shards: readonly string[]
  readonly role: NodeRole | undefined
  /** `CONFIG GET *`; of passwords only whether there is one: `(set)` or empty. */
  readonly config: ReadonlyMap<string, string>
  /** Commands that the server does not know, among those that Sentinel and replication need. */
  readonly missingCommands: readonly string[]
  /** `DBSIZE` of all databases. */
  readonly keys: number
  readonly placements: PlacementsReport
}

/** The placement records of a node. */
export interface PlacementsReport {
  /** By the name of the ring. */
  readonly rings: ReadonlyMap<string, PlacementRecordReading>
  /** What holds of every other ring: there is no record, or the node does not tell. */
  readonly others: PlacementRecordReading
}

export type NodeRole =
  | { readonly kind: 'master'; readonly offset: number; readonly replicas: readonly Address[] }
  | {
      readonly kind: 'replica'
      readonly master: Address
      readonly state: string
      readonly offset: number
    }
  | { readonly kind: 'sentinel' }

export interface AclUser {
  readonly name: string
  readonly isOn: boolean
  /** Anybody is this user, without a password. */
  readonly hasNoPassword: boolean
  /** Every command on every key. */
  readonly hasAllRights: boolean
  /** Of all that belongs to it, passwords too: equal digests are equal users. */
  readonly digest: string
}

export interface CertificateReport {
  /** ms since 1970. */
  readonly validTo: number
  readonly validFrom: number
  readonly subject: string
  /** Why a client that dials this address refuses it; undefined when it does not. */
  readonly refusal: string | undefined
  /** The refusal is about the names in it. */
  readonly isNameMismatch: boolean
}
