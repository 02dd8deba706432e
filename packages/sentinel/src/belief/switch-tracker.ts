import { type Address, isSameAddress } from '@disredis/connection'

/** A `+switch-master` and the Sentinel that published it. */
export interface PublishedSwitch {
  readonly from: Address
  readonly to: Address
  readonly sentinel: Address
}

/** Picks each switch of one master once: every Sentinel publishes it, some of them much later. */
export class SwitchTracker {
  #master: Address
  #isTaken = true
  #published: PublishedSwitch | undefined

  /** `master` is no switch: it was there from the start. */
  constructor(master: Address) {
    this.#master = master
  }

  /** Remembers what was published until its new master is the one that is believed in. */
  record(published: PublishedSwitch): void {
    if (!this.#isTaken || !isSameAddress(published.to, this.#master)) this.#published = published
  }

  /** `master` is believed in: the switch to be emitted now, if it was published. */
  follow(master: Address): PublishedSwitch | undefined {
    if (!isSameAddress(master, this.#master)) {
      this.#master = master
      this.#isTaken = false
    }
    const published = this.#published
    if (this.#isTaken || !isSameAddress(published?.to, master)) return undefined
    this.#isTaken = true
    this.#published = undefined
    return published
  }
}
