import { Book } from './book.js'

/** Writes to a few keys of one shard, and what the caller was told of each. */
export class Lane {
  readonly shard: string
  /** Every push of the lane goes to this list, with its id as the value. */
  readonly list: string
  /** Transactions push their id to the list and to this one. */
  readonly mirror: string
  /** Every set writes a field of this hash, with its id as the name. */
  readonly hash: string
  readonly counter: string
  /** Holds `value` during the whole run. */
  readonly own: string
  readonly value: string
  readonly pushes = new Book()
  readonly sets = new Book()
  /** Ids of the pushes that were made by transactions. */
  readonly transactions = new Set<number>()
  readonly increments = { issued: 0, acked: 0, unknown: 0, refused: 0 }

  constructor(shard: string, tag: string) {
    this.shard = shard
    this.list = `list{${tag}}`
    this.mirror = `mirror{${tag}}`
    this.hash = `hash{${tag}}`
    this.counter = `counter{${tag}}`
    this.own = `own{${tag}}`
    this.value = `value of ${tag}`
  }

  get keys(): readonly string[] {
    return [this.list, this.mirror, this.hash, this.counter, this.own]
  }
}
