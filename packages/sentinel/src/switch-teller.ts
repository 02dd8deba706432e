import { type Address, isSameAddress } from './address.js'

/** A `+switch-master` and the Sentinel that published it. */
export interface PublishedSwitch {
  readonly from: Address
  readonly to: Address
  readonly sentinel: Address
}

/** Picks each switch of one master once: every Sentinel publishes it, some of them much later. */
export class SwitchTeller {
  #master: Address
  #isTold = true
  #heard: PublishedSwitch | undefined

  /** `master` needs no telling: it was there from the start. */
  constructor(master: Address) {
    this.#master = master
  }

  /** Remembers what was published until its new master is the one that is believed in. */
  hear(published: PublishedSwitch): void {
    if (!this.#isTold || !isSameAddress(published.to, this.#master)) this.#heard = published
  }

  /** `master` is believed in: the switch to be told now, if it was published. */
  follow(master: Address): PublishedSwitch | undefined {
    if (!isSameAddress(master, this.#master)) {
      this.#master = master
      this.#isTold = false
    }
    const heard = this.#heard
    if (this.#isTold || !isSameAddress(heard?.to, master)) return undefined
    this.#isTold = true
    this.#heard = undefined
    return heard
  }
}
