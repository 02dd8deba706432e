import type { FaultRecord } from './fault-record.js'

/** The faults that are over, oldest first. */
export class FaultLog {
  readonly #records: FaultRecord[] = []
  #lostWithoutFault = 0
  readonly #verified = new Set<number>()

  get records(): readonly FaultRecord[] {
    return this.#records
  }

  /** Acknowledged writes that are gone from shards that never had a fault. */
  get lostWithoutFault(): number {
    return this.#lostWithoutFault
  }

  add(record: FaultRecord): void {
    this.#records.push(record)
  }

  /**
   * Acknowledged writes that a fault took.
   *
   * @returns null until the shard was verified after it
   */
  lostIn({ shard, startedAt }: FaultRecord): number | null {
    const i = this.#records.findIndex((one) => one.shard === shard && one.startedAt === startedAt)
    return this.#verified.has(i) ? (this.#records[i]?.lost ?? null) : null
  }

  /** A shard was verified: what was not there the time before belongs to the shard's last fault. */
  found(shard: string, found: { readonly lost: number; readonly duplicated: number }): void {
    const i = this.#records.findLastIndex((record) => record.shard === shard)
    const record = this.#records[i]
    if (record === undefined) {
      this.#lostWithoutFault += found.lost
      return
    }
    this.#verified.add(i)
    this.#records[i] = {
      ...record,
      lost: record.lost + found.lost,
      duplicated: record.duplicated + found.duplicated,
    }
  }
}
