import { type Address, formatAddress } from '@disredis/connection'
import type { ListedSentinel } from '../protocol/sentinel-report.js'

/** The other Sentinels that one Sentinel lists, by master. Asked far more often than it changes. */
export class ListedSentinels {
  readonly #byMaster = new Map<string, readonly ListedSentinel[]>()
  #all: readonly ListedSentinel[] = []
  #ids: ReadonlySet<string> = new Set()
  #addresses: ReadonlySet<string> = new Set()

  /** Those of all masters, each as often as it is listed. */
  get all(): readonly ListedSentinel[] {
    return this.#all
  }

  get ids(): ReadonlySet<string> {
    return this.#ids
  }

  /** @param lists what it was asked for; of a master that is not among `watched` nothing is left */
  update(
    watched: { has(master: string): boolean },
    lists: ReadonlyMap<string, readonly ListedSentinel[]>,
  ): boolean {
    let isChanged = lists.size > 0
    for (const name of this.#byMaster.keys()) {
      if (!watched.has(name)) isChanged = this.#byMaster.delete(name)
    }
    if (!isChanged) return false
    for (const [name, list] of lists) this.#byMaster.set(name, list)
    this.#all = [...this.#byMaster.values()].flat()
    this.#ids = new Set(this.#all.map(({ id }) => id))
    this.#addresses = new Set(this.#all.map(({ address }) => formatAddress(address)))
    return true
  }

  /** Whether it lists that Sentinel, by its id or by its address. */
  lists(id: string | undefined, address: Address): boolean {
    return (id !== undefined && this.#ids.has(id)) || this.#addresses.has(formatAddress(address))
  }
}
