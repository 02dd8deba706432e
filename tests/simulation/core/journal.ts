/** One line of a story. */
export interface JournalEntry {
  /** ms since the world began. */
  readonly at: number
  readonly who: string
  readonly what: string
}

/**
 * What happened in a world, in words. Every run counts and hashes what it would have written; the words
 * are kept only where somebody will read them.
 */
export class Journal {
  readonly #now: () => number
  readonly #isKept: boolean
  readonly entries: JournalEntry[] = []
  #hash = 0x811c9dc5

  constructor(now: () => number, isKept: boolean) {
    this.#now = now
    this.#isKept = isKept
  }

  get isKept(): boolean {
    return this.#isKept
  }

  /** Of all that was written, in its order: equal for equal runs. */
  get hash(): number {
    return this.#hash >>> 0
  }

  write(who: string, what: string): void {
    const at = this.#now()
    this.#mix(who)
    this.#mix(what)
    this.#mixNumber(at)
    if (this.#isKept) this.entries.push({ at, who, what })
  }

  #mix(text: string): void {
    let value = this.#hash
    for (let at = 0; at < text.length; at++) {
      value = Math.imul(value ^ text.charCodeAt(at), 0x01000193)
    }
    this.#hash = value
  }

  #mixNumber(value: number): void {
    this.#hash = Math.imul(this.#hash ^ Math.floor(value * 1000), 0x01000193)
  }
}

/** `   1234.567  sentinel-1   +sdown ...`, a line each. */
export function renderStory(entries: readonly JournalEntry[]): string {
  const width = Math.max(0, ...entries.map(({ who }) => who.length))
  return entries
    .map(({ at, who, what }) => `${at.toFixed(3).padStart(11)}  ${who.padEnd(width)}  ${what}`)
    .join('\n')
}
