import { isDeepStrictEqual } from 'node:util'
import { type Address, formatAddress, isSameAddress } from '@disredis/connection'
import type { SentinelEvent } from '../protocol/sentinel-event.js'
import type { Claim, MasterReport, ReplicaTopology, Source } from '../protocol/sentinel-report.js'
import { FailoverTracker } from './failover-tracker.js'
import {
  applyClaim,
  applySwitch,
  isSameClaim,
  type MasterClaims,
  noClaims,
  rejectClaim,
  removeClaim,
} from './master-claims.js'
import type { ShardTopology } from './topology.js'

/** Reads nothing but its arguments: which Sentinel's word on details is preferred, best first. */
export type Preference = (ids: readonly string[]) => readonly string[]

interface Details {
  /** Where the master was when its Sentinel described it so. */
  readonly claim: Claim
  readonly quorum: number
  readonly flags: readonly string[]
  readonly replicas: readonly ReplicaTopology[]
}

/** What is known of one master, from all Sentinels; makes its part of the topology. */
export class ShardView {
  readonly #name: string
  #claims: MasterClaims = noClaims
  readonly #details = new Map<string, Details>()
  readonly #failovers = new FailoverTracker()
  /** Whose details are shown: kept while it may be, since Sentinels differ in small things. */
  #authority: string | undefined
  #shard: ShardTopology | undefined

  constructor(name: string) {
    this.#name = name
  }

  get current(): Claim | undefined {
    return this.#claims.current
  }

  applyReport(source: Source, report: MasterReport, voters: number): void {
    const { id: sentinel } = source
    const before = this.#details.get(sentinel)
    const claim = report.claim ?? before?.claim
    if (report.claim !== undefined) {
      this.#claims = applyClaim(this.#claims, sentinel, report.claim, voters)
      this.#failovers.applyReport(report.failover, report.claim.address, source)
    }
    const replicas = report.replicas ?? before?.replicas
    if (claim === undefined || replicas === undefined) return
    const { quorum, flags } = report
    this.#details.set(sentinel, { claim, quorum, flags, replicas })
  }

  applyEvent(event: SentinelEvent, source: Source): void {
    this.#failovers.applyEvent(event, source)
    if (event.kind === 'masterSwitched') {
      this.#claims = applySwitch(this.#claims, source.id, event)
    }
  }

  removeSentinel(sentinel: string, voters: number): void {
    this.#claims = removeClaim(this.#claims, sentinel, voters)
    this.#details.delete(sentinel)
    this.#failovers.removeSentinel(sentinel)
  }

  /** `sentinel` is not connected. */
  onDisconnected(sentinel: string): void {
    this.#failovers.removeSentinel(sentinel)
  }

  rejectMaster(address: Address, voters: number): void {
    this.#claims = rejectClaim(this.#claims, address, voters)
  }

  /** The snapshot: the same object as before if nothing in it changed. */
  snapshot(prefer: Preference): ShardTopology | undefined {
    const { current } = this.#claims
    if (current === undefined) return undefined
    const next = this.#build(current, this.#currentDetails(current, prefer))
    if (!isDeepStrictEqual(next, this.#shard)) this.#shard = next
    return this.#shard
  }

  #currentDetails(current: Claim, prefer: Preference): Details | undefined {
    const agreeing = [...this.#details]
      .filter(([, { claim }]) => isSameClaim(claim, current))
      .map(([id]) => id)
    const preferred = prefer(agreeing)
    const candidates = preferred.length > 0 ? preferred : agreeing
    if (this.#authority === undefined || !candidates.includes(this.#authority)) {
      this.#authority = candidates[0]
    }
    return this.#authority === undefined ? undefined : this.#details.get(this.#authority)
  }

  #build({ address, epoch }: Claim, details: Details | undefined): ShardTopology {
    const { quorum, flags, replicas } = details ?? this.#previous()
    return Object.freeze({
      name: this.#name,
      master: address,
      configEpoch: epoch,
      quorum,
      flags,
      failover: this.#failovers.of(address),
      // While replicas are being reconfigured the leader lists the new master among them.
      replicas: Object.freeze(
        replicas
          .filter((replica) => !isSameAddress(replica.address, address))
          .sort((a, b) => (formatAddress(a.address) < formatAddress(b.address) ? -1 : 1)),
      ),
    })
  }

  /** Nobody has described the current master yet: what is known of it from before the switch. */
  #previous(): Omit<Details, 'claim'> {
    const { quorum = 0, replicas = [], flags = [] } = this.#shard ?? {}
    return { quorum, replicas, flags: flags.filter((flag) => flag === 'master') }
  }
}
