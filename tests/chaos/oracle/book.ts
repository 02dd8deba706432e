import { Column } from './column.js'
import { type Outcome, outcomes } from './outcome.js'

/** Writes in the order of their issue: the number of each is its id. */
export class Book {
  readonly issuedAt = new Column()
  readonly settledAt = new Column()
  readonly outcome = new Column()

  get length(): number {
    return this.issuedAt.length
  }

  /** @returns the id. */
  issue(now: number): number {
    this.issuedAt.push(now)
    this.settledAt.push(Number.NaN)
    this.outcome.push(outcomes.pending)
    return this.issuedAt.length - 1
  }

  settle(id: number, outcome: Outcome, now: number): void {
    this.settledAt.set(id, now)
    this.outcome.set(id, outcome)
  }
}
