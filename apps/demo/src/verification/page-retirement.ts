import type { Page } from '../workload/page.js'
import type { WriteLedger } from '../workload/write-ledger.js'

/** Without it a demo that is left running would fill the memory of the servers, and its own. */
export class PageRetirement {
  readonly #provenSince = new WeakMap<Page, number>()
  readonly #after: number

  /** @param after ms that a page stays proven, without a fault on its shard, before it goes */
  constructor(after: number) {
    this.#after = after
  }

  /** Forgets the pages whose time has come. @returns their keys, to be removed from the server */
  retire(ledger: WriteLedger, now: number): string[] {
    const keys: string[] = []
    for (const page of ledger.pages.slice(0, -1)) {
      const since = this.#provenSince.get(page)
      if (!page.isProven) this.#provenSince.delete(page)
      else if (since === undefined) this.#provenSince.set(page, now)
      else if (now - since >= this.#after) {
        ledger.retire(page)
        keys.push(page.key)
      }
    }
    return keys
  }
}
