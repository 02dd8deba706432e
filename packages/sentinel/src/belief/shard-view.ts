import { type Address, formatAddress } from '@disredis/connection'
import type { SentinelEvent } from '../protocol/sentinel-event.js'
import type { Claim, MasterReport, ReplicaTopology, Source } from '../protocol/sentinel-report.js'
import { FailoverTracker } from './failover-tracker.js'
import {
  acceptClaim,
  applyClaim,
  applySwitch,
  type Electorate,
  type MasterClaims,
  noClaims,
  rejectClaim,
  removeClaim,
} from './master-claims.js'
import { NodeNames } from './node-names.js'
import { isSameShard } from './same-topology.js'
import type { ShardTopology } from './topology.js'

/** The Sentinels whose word counts, at this moment. */
export type Members = Omit<Electorate, 'lists' | 'isSame'>

/** Reads nothing but its arguments: which Sentinel's word on details is preferred, best first. */
export type Preference = (ids: readonly string[]) => readonly string[]

interface Details {
  /** Where the master was when its Sentinel described it so. */
  readonly claim: Claim
  readonly quorum: number
  readonly downAfter: number
  readonly flags: readonly string[]
  readonly replicas: readonly ReplicaTopology[]
  /**
   * The list before that: in the middle of a switch a Sentinel may list the promoted replica no more and
   * not have named it as the master yet, as far as was read.
   */
  readonly listedBefore: readonly ReplicaTopology[]
}

/** What is known of one master, from all Sentinels; makes its part of the topology. */
export class ShardView {
  readonly #name: string
  #claims: MasterClaims = noClaims
  readonly #details = new Map<string, Details>()
  readonly #names = new NodeNames()
  readonly #failovers = new FailoverTracker((a, b) => this.isSame(a, b))
  #connected: ReadonlySet<string> = new Set()
  /** Whose details are shown: kept while it may be, since Sentinels differ in small things. */
  #authority: string | undefined
  #shard: ShardTopology | undefined

  constructor(name: string) {
    this.#name = name
  }

  get current(): Claim | undefined {
    return this.#claims.current
  }

  applyReport(source: Source, report: MasterReport, members: Members): void {
    const { id: sentinel } = source
    this.#names.record(sentinel, report.node, report.replicaNodes)
    const before = this.#details.get(sentinel)
    const claim = report.claim ?? before?.claim
    // Without a claim the answer is of two minds: its list may be of after a switch, the claim of before.
    const replicas = (report.claim && report.replicas) ?? before?.replicas
    // Before the claim: what others say of its node decides on it, and this one on theirs.
    if (claim !== undefined && replicas !== undefined) {
      const { quorum, downAfter, flags } = report
      const listedBefore = report.replicas === undefined ? before?.listedBefore : before?.replicas
      this.#details.set(sentinel, {
        claim,
        quorum,
        downAfter,
        flags,
        replicas,
        listedBefore: listedBefore ?? [],
      })
    }
    if (report.claim === undefined) return
    this.#claims = applyClaim(this.#claims, sentinel, report.claim, this.#electorate(members))
    this.#failovers.applyReport(
      report.failover,
      this.#heldName(report.claim.address),
      source,
      members.now,
    )
  }

  applyEvent(event: SentinelEvent, source: Source, members: Members): void {
    const isElection = event.kind === 'leaderElected'
    const named = isElection ? { ...event, master: this.#heldName(event.master) } : event
    this.#failovers.applyEvent(named, source, members.now)
    if (event.kind === 'masterSwitched') {
      this.#claims = applySwitch(this.#claims, source.id, event, this.#electorate(members))
    }
  }

  removeSentinel(sentinel: string, members: Members): void {
    this.#claims = removeClaim(this.#claims, sentinel, this.#electorate(members))
    this.#details.delete(sentinel)
    this.#names.removeSentinel(sentinel)
    this.#failovers.removeSentinel(sentinel)
  }

  /** `sentinel` is not connected. */
  onDisconnected(sentinel: string): void {
    this.#failovers.removeSentinel(sentinel)
  }

  rejectMaster(address: Address, members: Members): void {
    this.#claims = rejectClaim(this.#claims, address, this.#electorate(members))
  }

  acceptMaster(address: Address, members: Members): void {
    this.#claims = acceptClaim(this.#claims, address, this.#electorate(members))
  }

  /** The master under the name that it is held under, whatever a Sentinel calls it. */
  #heldName(address: Address): Address {
    const held = this.#claims.current?.address
    return held !== undefined && this.isSame(held, address) ? held : address
  }

  /** Whether two addresses lead to one node, as far as the Sentinels know. */
  isSame(a: Address | undefined, b: Address | undefined): boolean {
    return this.#names.isSame(a, b, this.#connected)
  }

  #electorate(members: Members): Electorate {
    this.#connected = members.connected
    const isSame = (a: Address | undefined, b: Address | undefined) => this.isSame(a, b)
    return {
      ...members,
      isSame,
      lists: (sentinel, address) =>
        this.#listedBy(sentinel).some((replica) => isSame(replica.address, address)),
    }
  }

  #listedBy(sentinel: string): readonly ReplicaTopology[] {
    const details = this.#details.get(sentinel)
    return details === undefined ? [] : [...details.replicas, ...details.listedBefore]
  }

  /** The snapshot: the same object as before if nothing in it changed. */
  snapshot(prefer: Preference): ShardTopology | undefined {
    const { current } = this.#claims
    if (current === undefined) return undefined
    const next = this.#build(current, this.#currentDetails(current, prefer))
    if (this.#shard === undefined || !isSameShard(next, this.#shard)) this.#shard = next
    return this.#shard
  }

  #currentDetails(current: Claim, prefer: Preference): Details | undefined {
    const agreeing = [...this.#details]
      .filter(
        ([, { claim }]) =>
          claim.epoch === current.epoch && this.isSame(claim.address, current.address),
      )
      .map(([id]) => id)
    const preferred = prefer(agreeing)
    const candidates = preferred.length > 0 ? preferred : agreeing
    if (this.#authority === undefined || !candidates.includes(this.#authority)) {
      this.#authority = candidates[0]
    }
    return this.#authority === undefined ? undefined : this.#details.get(this.#authority)
  }

  #build({ address, epoch }: Claim, details: Details | undefined): ShardTopology {
    const { quorum, downAfter, flags, replicas } = details ?? this.#previous()
    return Object.freeze({
      name: this.#name,
      master: address,
      configEpoch: epoch,
      quorum,
      downAfter,
      flags,
      failover: this.#failovers.of(address),
      // While replicas are being reconfigured the leader lists the new master among them.
      replicas: Object.freeze(
        replicas
          .filter((replica) => !this.isSame(replica.address, address))
          .sort((a, b) => (formatAddress(a.address) < formatAddress(b.address) ? -1 : 1)),
      ),
    })
  }

  /** Nobody has described the current master yet: what is known of it from before the switch. */
  #previous(): Omit<Details, 'claim' | 'listedBefore'> {
    const { quorum = 0, downAfter = 0, replicas = [], flags = [] } = this.#shard ?? {}
    return { quorum, downAfter, replicas, flags: flags.filter((flag) => flag === 'master') }
  }
}
