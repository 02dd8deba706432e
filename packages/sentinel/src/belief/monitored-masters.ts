export interface MonitorChange {
  readonly kind: 'masterAdded' | 'masterRemoved'
  readonly shard: string
}

/**
 * Which Sentinel monitors which masters, and what of it is a change next to the pinned set: a pinned
 * master that a Sentinel stops watching, one that it watches again, and a master outside the set: added
 * once, and removed when no Sentinel watches it any more.
 */
export class MonitoredMasters {
  readonly #pinned: ReadonlySet<string>
  readonly #watched: Map<string, ReadonlySet<string>>
  /** Masters outside the set that are no change: there from the start, or emitted already. */
  readonly #known: Set<string>
  /** Masters outside the set that were emitted as added, and not as removed since. */
  readonly #added = new Set<string>()
  readonly #removed = new Set<string>()

  /** `lists` is what each Sentinel watches at the start: no change. */
  constructor(pinned: Iterable<string>, lists: ReadonlyMap<string, Iterable<string>>) {
    this.#pinned = new Set(pinned)
    this.#watched = new Map([...lists].map(([sentinel, names]) => [sentinel, new Set(names)]))
    this.#known = new Set([...this.#watched.values()].flatMap((names) => [...names]))
  }

  /** `sentinel` listed all that it watches. `answering` is how many Sentinels are connected. */
  applyList(sentinel: string, names: Iterable<string>, answering: number): MonitorChange[] {
    const next = new Set(names)
    const before = this.#watched.get(sentinel)
    this.#watched.set(sentinel, next)
    const gone = [...(before ?? [])].filter((name) => !next.has(name))
    const come = [...next].filter((name) => !before?.has(name))
    const outside = [...next].filter((name) => this.#countOf(name) * 2 > answering)
    return [
      ...gone.flatMap((name) => this.#remove(name)),
      ...come
        .filter((name) => before && this.#removed.has(name))
        .flatMap((name) => this.#add(name)),
      ...outside.filter((name) => !this.#pinned.has(name)).flatMap((name) => this.#add(name)),
    ]
  }

  /** `+monitor` */
  applyMonitored(sentinel: string, name: string): MonitorChange[] {
    this.#watched.set(sentinel, new Set(this.#watched.get(sentinel)).add(name))
    return this.#add(name)
  }

  /** `-monitor` */
  applyUnmonitored(sentinel: string, name: string): MonitorChange[] {
    const names = new Set(this.#watched.get(sentinel))
    names.delete(name)
    this.#watched.set(sentinel, names)
    return this.#remove(name)
  }

  /** `sentinel` is no longer known. */
  removeSentinel(sentinel: string): MonitorChange[] {
    this.#watched.delete(sentinel)
    return [...this.#added].flatMap((name) => this.#remove(name))
  }

  #add(shard: string): MonitorChange[] {
    if (this.#pinned.has(shard)) {
      return this.#removed.delete(shard) ? [{ kind: 'masterAdded', shard }] : []
    }
    if (this.#known.has(shard)) return []
    this.#known.add(shard)
    this.#added.add(shard)
    return [{ kind: 'masterAdded', shard }]
  }

  #remove(shard: string): MonitorChange[] {
    if (!this.#pinned.has(shard)) {
      if (this.#countOf(shard) > 0) return []
      this.#known.delete(shard)
      return this.#added.delete(shard) ? [{ kind: 'masterRemoved', shard }] : []
    }
    if (this.#removed.has(shard)) return []
    this.#removed.add(shard)
    return [{ kind: 'masterRemoved', shard }]
  }

  #countOf(name: string): number {
    return [...this.#watched.values()].filter((names) => names.has(name)).length
  }
}
