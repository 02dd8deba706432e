import { type AuditFigures, type Fate, Page } from './page.js'

/** A write about to be made: `RPUSH page.key id`. */
export interface LedgerEntry {
  readonly page: Page
  readonly id: number
}

/** The writes of a shard by what became of them, and what was found of them on the server. */
export interface LedgerTotals extends AuditFigures {
  readonly issued: number
  readonly pending: number
  readonly acknowledged: number
  readonly unknown: number
  readonly refused: number
}

const pageSize = 2_000

const nothingFound: AuditFigures = {
  verified: 0,
  lost: 0,
  duplicated: 0,
  executedThoughRefused: 0,
  strangers: 0,
}

/** Every write of one shard: unique ids, pushed to lists of limited length. */
export class WriteLedger {
  readonly #newKey: () => string
  readonly #fates = { acknowledged: 0, unknown: 0, refused: 0 }
  #pages: Page[] = []
  #nextId = 1
  #retired = nothingFound

  /** @param newKey gives a key that was not used before, of this shard */
  constructor(newKey: () => string) {
    this.#newKey = newKey
  }

  /** Oldest first; the last one is being written to. */
  get pages(): readonly Page[] {
    return this.#pages
  }

  begin(): LedgerEntry {
    let page = this.#pages.at(-1)
    if (page === undefined || page.issued >= pageSize) {
      page = new Page(this.#newKey())
      this.#pages.push(page)
    }
    const entry = { page, id: this.#nextId++ }
    page.begin(entry.id)
    return entry
  }

  settle({ page, id }: LedgerEntry, fate: Fate): void {
    page.settle(id, fate)
    this.#fates[fate]++
  }

  /** A fault came to the shard: everything must be looked at again. */
  doubt(): void {
    for (const page of this.#pages) page.doubt()
  }

  /** Forgets a proven page; its figures stay in the totals. */
  retire(page: Page): void {
    if (!page.isProven || page.audit === undefined) throw new Error(`${page.key} is not proven.`)
    this.#retired = add(this.#retired, page.audit)
    this.#pages = this.#pages.filter((other) => other !== page)
  }

  totals(): LedgerTotals {
    const audits = this.#pages.flatMap(({ audit }) => (audit === undefined ? [] : [audit]))
    return {
      ...audits.reduce<AuditFigures>(add, this.#retired),
      ...this.#fates,
      issued: this.#nextId - 1,
      pending: this.#pages.reduce((sum, { pending }) => sum + pending, 0),
    }
  }
}

function add(sum: AuditFigures, audit: AuditFigures): AuditFigures {
  return {
    verified: sum.verified + audit.verified,
    lost: sum.lost + audit.lost,
    duplicated: sum.duplicated + audit.duplicated,
    executedThoughRefused: sum.executedThoughRefused + audit.executedThoughRefused,
    strangers: sum.strangers + audit.strangers,
  }
}
