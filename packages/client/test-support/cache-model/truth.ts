/** What one master holds, and what was true when: the oracle of {@link runInterleaving}. */
export class Truth {
  /** Counts what happens, so that what happens within one ms is in order. */
  sequence = 0
  /** The version of each key that is true now; 0: it is not there. */
  readonly versions: number[]
  /** By version: when it ceased to be true, in ms and in the sequence; infinite while it is. */
  readonly #endedAt: number[] = [Number.POSITIVE_INFINITY]
  readonly #endedIn: number[] = [Number.POSITIVE_INFINITY]
  /** Which key a version is of: absence has versions of its own for each key and time. */
  #last = 0

  constructor(keys: number) {
    this.versions = Array.from({ length: keys }, () => this.#begin())
  }

  /** The key has another value, or none: who reads it gets the version's name. */
  change(key: number, now: number): number {
    this.#end(this.versions[key]!, now)
    this.versions[key] = this.#begin()
    return this.versions[key]!
  }

  /** A replica that lacks the last writes takes over: what it has is true again. */
  rollBack(versions: readonly number[], now: number): void {
    for (const [key, version] of versions.entries()) {
      if (this.versions[key] === version) continue
      this.#end(this.versions[key]!, now)
      this.versions[key] = version
      this.#endedAt[version] = Number.POSITIVE_INFINITY
      this.#endedIn[version] = Number.POSITIVE_INFINITY
    }
  }

  /** ms; infinite while it is true. */
  endOf(version: number): number {
    return this.#endedAt[version]!
  }

  /** In the sequence. */
  endInSequence(version: number): number {
    return this.#endedIn[version]!
  }

  #begin(): number {
    this.sequence++
    this.#last++
    this.#endedAt[this.#last] = Number.POSITIVE_INFINITY
    this.#endedIn[this.#last] = Number.POSITIVE_INFINITY
    return this.#last
  }

  #end(version: number, now: number): void {
    this.#endedAt[version] = now
    this.#endedIn[version] = ++this.sequence
  }
}
