import { type Address, isSameAddress } from '@disredis/connection'

import type { IsSameNode } from './failover-tracker.js'

/** A `+switch-master` and the Sentinel that published it. */
export interface PublishedSwitch {
  readonly from: Address
  readonly to: Address
  readonly sentinel: Address
}

/** Picks each switch of one master once: every Sentinel publishes it, some of them much later. */
export class SwitchTracker {
  readonly #isSame: IsSameNode
  #master: Address
  #previous: Address | undefined
  #isTaken = true
  #published: PublishedSwitch | undefined

  /** `master` is no switch: it was there from the start. */
  constructor(master: Address, isSame: IsSameNode = isSameAddress) {
    this.#isSame = isSame
    this.#master = master
  }

  /** Remembers what was published until its new master is the one that is believed in. */
  record(published: PublishedSwitch): void {
    if (!this.#isTaken || !this.#isSame(published.to, this.#master)) this.#published = published
  }

  /** `master` is believed in: the switch to be emitted now, if it was published. */
  follow(master: Address): PublishedSwitch | undefined {
    if (!this.#isSame(master, this.#master)) {
      this.#previous = this.#master
      this.#isTaken = false
    }
    this.#master = master
    const published = this.#published
    if (published === undefined || this.#isTaken) return undefined
    if (!this.#isSame(published.to, master)) return undefined
    this.#isTaken = true
    this.#published = undefined
    // Both under the names that they are held under.
    const isPrevious = this.#isSame(published.from, this.#previous)
    const from = isPrevious ? this.#previous! : published.from
    return { ...published, from, to: master }
  }
}
