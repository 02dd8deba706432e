/**
 * What became of a write. `unknown`: it may have been executed. `refused`: the client says that it
 * was not executed.
 */
export type Fate = 'acknowledged' | 'unknown' | 'refused'

/** One list on the server, and the fate of each id that was pushed to it. */
export class Page {
  readonly key: string
  readonly #fates = new Map<number, Fate | 'pending'>()
  readonly #acknowledged: number[] = []
  #pending = 0
  #audit: PageAudit | undefined
  #isProven = false

  constructor(key: string) {
    this.key = key
  }

  /** Writes that were begun, whatever became of them. */
  get issued(): number {
    return this.#fates.size
  }

  get pending(): number {
    return this.#pending
  }

  /** Ids in the order of their acknowledgement. It only grows. */
  get acknowledged(): readonly number[] {
    return this.#acknowledged
  }

  /** What the last look at the server found. */
  get audit(): PageAudit | undefined {
    return this.#audit
  }

  /** The audit covers every write, and nothing has happened since that could take one away. */
  get isProven(): boolean {
    return this.#isProven
  }

  begin(id: number): void {
    if (this.#fates.has(id)) throw new Error(`The id ${id} was used before.`)
    this.#fates.set(id, 'pending')
    this.#pending++
    this.#isProven = false
  }

  settle(id: number, fate: Fate): void {
    if (this.#fates.get(id) !== 'pending') throw new Error(`The write ${id} is not pending.`)
    this.#fates.set(id, fate)
    this.#pending--
    if (fate === 'acknowledged') this.#acknowledged.push(id)
    this.#isProven = false
  }

  /** Undefined: no such write was ever begun. */
  fateOf(id: number): Fate | 'pending' | undefined {
    return this.#fates.get(id)
  }

  audited(audit: PageAudit): void {
    this.#audit = audit
    this.#isProven = this.#pending === 0 && audit.covered === this.#acknowledged.length
  }

  /** A fault came: what was there may be gone. */
  doubt(): void {
    this.#isProven = false
  }
}

/** What a comparison with the master found. */
export interface AuditFigures {
  /** Acknowledged and there. */
  readonly verified: number
  /** Acknowledged and not there. */
  readonly lost: number
  /** Times that a write was there more than once. */
  readonly duplicated: number
  /** There, although the client said that it was not executed. */
  readonly executedThoughRefused: number
  /** There, and never written by this process. */
  readonly strangers: number
}

/** A page compared with its list on the master. */
export interface PageAudit extends AuditFigures {
  /** How many acknowledged writes were looked for: the first of them, in order. */
  readonly covered: number
}
