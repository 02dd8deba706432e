import { Column } from './column.js'
import { type Outcome, outcomes } from './outcome.js'

/** Writes to one list and one counter of one shard, and what the caller was told of each. */
export class Lane {
  readonly shard: string
  /** Every push of the lane goes to this list, with a number as its id: 0, 1, 2, ... */
  readonly list: string
  readonly counter: string
  /** Holds `value` during the whole run. */
  readonly own: string
  readonly value: string
  /** By id. */
  readonly issuedAt = new Column()
  readonly settledAt = new Column()
  readonly outcome = new Column()
  readonly increments = { issued: 0, acked: 0, unknown: 0, refused: 0 }

  constructor(shard: string, tag: string) {
    this.shard = shard
    this.list = `list{${tag}}`
    this.counter = `counter{${tag}}`
    this.own = `own{${tag}}`
    this.value = `value of ${tag}`
  }

  /** @returns the id of the push. */
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
