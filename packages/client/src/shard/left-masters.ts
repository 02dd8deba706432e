import { type Address, isSameAddress } from '@disredis/sentinel'

/**
 * Masters of a shard that Sentinel has named and names no more, and that nobody has known as replicas since: they
 * may be masters still, so that one says `master` proves no promotion. One for a shard and all of its lanes: a
 * lane that is opened later has to know them, too.
 */
export class LeftMasters {
  readonly #follows: (address: Address) => boolean
  #named: Address | undefined
  #left: Address[] = []

  /** @param follows whether Sentinel sees the node there linked to the master */
  constructor(follows: (address: Address) => boolean) {
    this.#follows = follows
  }

  /** There is a new topology: Sentinel names that one. Telling it again changes nothing. */
  hear(named: Address | undefined): void {
    this.#left = this.#left.filter((left) => !this.#follows(left))
    if (named === undefined || isSameAddress(named, this.#named)) return
    if (this.#named !== undefined) this.#left.push(this.#named)
    this.#named = named
    this.delete(named)
  }

  has(address: Address): boolean {
    return this.#left.some((left) => isSameAddress(left, address))
  }

  /** The node there is known not to be a master that was left any more. */
  delete(address: Address): void {
    this.#left = this.#left.filter((left) => !isSameAddress(left, address))
  }
}
