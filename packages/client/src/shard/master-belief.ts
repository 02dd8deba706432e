import { type Address, isSameAddress } from '@disredis/sentinel'

export interface MasterBeliefContext {
  readonly now: () => number
  /** Where Sentinel says the master is. */
  readonly named: () => Address | undefined
  /** ms for which a proof outweighs what Sentinel names. */
  readonly proofLasts: number
}

/**
 * Where a shard's master is believed to be: where Sentinel names it, except that a node which proved
 * its promotion before Sentinel named it is believed for a while. The old master says `master` to
 * ROLE until it is demoted, so it must not be dialled again meanwhile.
 */
export class MasterBelief {
  readonly #context: MasterBeliefContext
  #named: Address | undefined
  #proof: { readonly address: Address; readonly until: number } | undefined

  constructor(context: MasterBeliefContext) {
    this.#context = context
  }

  get address(): Address | undefined {
    const proof = this.#proof
    if (proof !== undefined && this.#context.now() < proof.until) return proof.address
    return this.#context.named()
  }

  /**
   * There is a new topology. Only another address than the last one is news: after a proof the
   * Sentinels go on naming the old master for a while.
   *
   * @returns the address if it is news
   */
  hearTopology(): Address | undefined {
    const address = this.#context.named()
    if (address === undefined || isSameAddress(address, this.#named)) return undefined
    this.#named = address
    this.#proof = undefined
    return address
  }

  /** The node there answered `master` to ROLE. */
  prove(address: Address): void {
    if (isSameAddress(address, this.#context.named())) return
    this.#proof = { address, until: this.#context.now() + this.#context.proofLasts }
  }

  /** The node there said that it is a replica. */
  reject(address: Address): void {
    if (isSameAddress(address, this.#proof?.address)) this.#proof = undefined
  }
}
