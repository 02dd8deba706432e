import { type Address, isSameAddress, type Runtime, type Timer } from '@disredis/sentinel'
import type { LeftMasters } from './left-masters.js'

export interface MasterBeliefContext {
  readonly runtime: Runtime
  /** Where Sentinel says the master is. */
  readonly named: () => Address | undefined
  readonly leftMasters: LeftMasters
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
  #proof: { readonly address: Address; readonly lapse: Timer } | undefined

  constructor(context: MasterBeliefContext) {
    this.#context = context
  }

  /** The node that proved its promotion, while that outweighs what Sentinel names. */
  get proved(): Address | undefined {
    return this.#proof?.address
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
    const { named, leftMasters } = this.#context
    const address = named()
    leftMasters.hear(address)
    if (address === undefined || isSameAddress(address, this.#named)) return undefined
    this.#named = address
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

  /** The node there said that it is a replica. */
  reject(address: Address): void {
    this.#context.leftMasters.delete(address)
    if (isSameAddress(address, this.#proof?.address)) this.forget()
  }

  /** No proof counts any longer. */
  forget(): void {
    this.#proof?.lapse.cancel()
    this.#proof = undefined
  }
}
