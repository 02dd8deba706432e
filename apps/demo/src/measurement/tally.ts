/** How often each name came. */
export type Counts = Readonly<Record<string, number>>

export class Tally {
  readonly #counts = new Map<string, number>()

  add(name: string): void {
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1)
  }

  get total(): number {
    return sumOf(this.counts())
  }

  counts(): Counts {
    return Object.fromEntries(this.#counts)
  }
}

export function sumOf(counts: Counts): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0)
}

/** Most frequent first. */
export function sorted(counts: Counts): [name: string, count: number][] {
  return Object.entries(counts).sort(([a, m], [b, n]) => n - m || a.localeCompare(b))
}

export function addCounts(all: readonly Counts[]): Counts {
  const sum: Record<string, number> = {}
  for (const counts of all) {
    for (const [name, count] of Object.entries(counts)) sum[name] = (sum[name] ?? 0) + count
  }
  return sum
}
