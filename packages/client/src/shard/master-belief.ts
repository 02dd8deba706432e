import { type Address, isSameAddress, type Runtime, type Timer } from '@disredis/sentinel'

export interface MasterBeliefContext {
  readonly runtime: Runtime
  /** Where Sentinel says the master is. */
  readonly named: () => Address | undefined
  /** Whether Sentinel sees the node there linked to the master. */
  readonly follows: (address: Address) => boolean
  /** ms for which a proof outweighs what Sentinel names; as long again while it may be announced. */
  readonly proofLasts: number
  /** Whether the node there serves, and Sentinel's word is still to come. */
  readonly mayBeAnnounced: () => boolean
  /** Nobody announced the promotion of the node there in time: Sentinel's word counts again. */
  readonly onLapsed: (address: Address) => void
}

/**
 * Where a shard's master is believed to be: where Sentinel names it, except that a node which proved
 * its promotion before Sentinel named it is believed for a while. The old master says `master` to
 * ROLE until it is demoted, so it must not be dialled again meanwhile.
 */
export class MasterBelief {
  readonly #context: MasterBeliefContext
  #named: Address | undefined
  /** Masters that Sentinel has named and names no more, and that nobody has known as replicas since. */
  #left: Address[] = []
  #proof: { readonly address: Address; readonly lapse: Timer } | undefined

  constructor(context: MasterBeliefContext) {
    this.#context = context
  }

  get address(): Address | undefined {
    return this.#proof?.address ?? this.#context.named()
  }

  /**
   * There is a new topology. Only another address than the last one is news: after a proof the
   * Sentinels go on naming the old master for a while.
   *
   * @returns the address if it is news
   */
  hearTopology(): Address | undefined {
    const { named, follows } = this.#context
    const address = named()
    this.#left = this.#left.filter((left) => !follows(left))
    if (address === undefined || isSameAddress(address, this.#named)) return undefined
    if (this.#named !== undefined) this.#left.push(this.#named)
    this.#named = address
    this.isLeftNoLonger(address)
    this.forget()
    return address
  }

  /** The node there answered `master` to ROLE. */
  prove(address: Address): void {
    if (isSameAddress(address, this.#context.named())) return
    const { runtime, proofLasts, mayBeAnnounced, onLapsed } = this.#context
    this.forget()
    const lapse = runtime.setTimer(() => {
      this.#proof = undefined
      // If the leader has died, nobody says that its failover came to nothing.
      if (mayBeAnnounced()) this.prove(address)
      else onLapsed(address)
    }, proofLasts)
    this.#proof = { address, lapse }
  }

  /**
   * Whether the node there was left as a master, and may be one still since nobody has demoted it: that it says
   * `master` proves no promotion.
   */
  wasLeft(address: Address): boolean {
    return this.#left.some((left) => isSameAddress(left, address))
  }

  /** The node there is known not to be a master that was left any more. */
  isLeftNoLonger(address: Address): void {
    this.#left = this.#left.filter((left) => !isSameAddress(left, address))
  }

  /** The node there said that it is a replica. */
  reject(address: Address): void {
    this.isLeftNoLonger(address)
    if (isSameAddress(address, this.#proof?.address)) this.forget()
  }

  /** No proof counts any longer. */
  forget(): void {
    this.#proof?.lapse.cancel()
    this.#proof = undefined
  }
}
