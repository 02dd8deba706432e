import { type Address, isSameAddress, type Runtime, type Timer } from '@disredis/connection'
import type { NodeRole, ShardConnection } from '../connection/shard-connection.js'
import type { WithheldReplies } from './withheld-replies.js'

export interface OldMasterWatchContext {
  readonly runtime: Runtime
  /** To the master that is being replaced. */
  readonly connection: ShardConnection
  readonly withheld: WithheldReplies
  /** The address that Sentinels use for one that a node names. */
  readonly translate: (address: Address) => Address
  /** The replicas of the shard that Sentinel knows. */
  readonly replicas: () => readonly Address[]
  /** The master said that it is a replica now: nobody can go back to it. Perhaps late, after {@link end}. */
  readonly onDemoted: () => void
}

/** ms between two questions. */
const interval = 20

/** More than there are: WAIT asks the replicas for what they have, and comes back when its time is over. */
const moreReplicas = '1000000'

/** ms that replicas get to answer; they do within a round trip. */
const ackTime = '10'

/**
 * Asks a master that is being replaced how far it is and how far its replicas are, behind what is in
 * flight on its connection: what the chosen replica has acknowledged cannot be lost by the failover, and
 * replies that were withheld are proven by it; where several Sentinels lead, by what each of their replicas
 * has. A user without `+wait` gets only what replicas tell by themselves, once a second.
 */
export class OldMasterWatch {
  readonly #context: OldMasterWatchContext
  #candidates: readonly (Address | undefined)[] = []
  #replicas: NodeRole['replicas'] = []
  #timer: Timer | undefined
  #isEnded = false

  constructor(context: OldMasterWatchContext) {
    this.#context = context
    void this.#ask()
  }

  /** One of these is promoted: those that Sentinels have chosen, undefined for one that has not chosen yet. */
  setCandidates(candidates: readonly (Address | undefined)[]): void {
    this.#candidates = candidates
    this.#judge()
  }

  end(): void {
    this.#isEnded = true
    this.#timer?.cancel()
  }

  async #ask(): Promise<void> {
    const { runtime, connection, withheld, onDemoted } = this.#context
    const covered = withheld.count
    const isProofWanted = !withheld.isEmpty || connection.inFlight > 0
    try {
      const first = connection.askRole().then((role) => {
        if (role.isMaster) withheld.stamp(role.offset, covered, connection)
        return role
      })
      // A refusal of WAIT leaves the offsets that are told by themselves.
      const asked = isProofWanted
        ? connection.ask('WAIT', moreReplicas, ackTime).catch(() => {})
        : undefined
      const second = isProofWanted ? connection.askRole() : first
      const [, , role] = await Promise.all([first, asked, second])
      if (!role.isMaster) {
        onDemoted()
        return
      }
      if (this.#isEnded) return
      this.#replicas = role.replicas
      this.#judge()
    } catch {
      // The connection is lost, and says so itself; or the user may not ask.
      return
    }
    if (!this.#isEnded) this.#timer = runtime.setTimer(() => void this.#ask(), interval)
  }

  #judge(): void {
    const { withheld, translate, replicas } = this.#context
    if (this.#candidates.length === 0) return
    const find = (name: Address) =>
      this.#replicas.find(({ address }) => isSameAddress(translate(address), name))
    const known = replicas()
    // Its own name for itself may be another one than Sentinel's; a name that Sentinel knows is of another node.
    const isAlone =
      known.length === 1 && this.#replicas.length === 1 && find(known[0]!) === undefined
    const acknowledgedBy = (candidate: Address | undefined) => {
      if (candidate === undefined) return Number.NEGATIVE_INFINITY
      const replica = find(candidate) ?? (isAlone ? this.#replicas[0] : undefined)
      return replica?.offset ?? Number.NEGATIVE_INFINITY
    }
    withheld.prove(Math.min(...this.#candidates.map(acknowledgedBy)))
  }
}
