import type { Sample, StreamMessage } from './sections.js'
import { keptSamples } from './sections.js'

/** Bytes of a message that is not whole. */
export const longestMessage = 4_000

interface Entry {
  /** As JSON; undefined: it is gone, which readers still have to be told. */
  text: string | undefined
  version: number
}

/** What a reader has been told. */
export interface Reader {
  readonly versions: Map<string, number>
  sampleVersion: number
  hitVersion: number
}

/** The sections as they stand, and for each reader the part that it does not have yet. */
export class Board {
  readonly #entries = new Map<string, Entry>()
  readonly #samples = new Map<string, Sample[]>()
  #version = 0
  #sampleVersion = 0
  #hits: readonly number[] = []
  #hitVersion = 0

  set(name: string, section: unknown): void {
    const text = JSON.stringify(section)
    const entry = this.#entries.get(name)
    if (entry?.text === text) return
    this.#entries.set(name, { text, version: ++this.#version })
  }

  delete(name: string): void {
    const entry = this.#entries.get(name)
    if (entry === undefined) return
    entry.text = undefined
    entry.version = ++this.#version
  }

  /** Names of sections that are there and begin so. */
  names(prefix: string): string[] {
    return [...this.#entries].flatMap(([name, { text }]) =>
      text !== undefined && name.startsWith(prefix) ? [name] : [],
    )
  }

  addSample(shard: string, sample: Sample): void {
    const samples = this.#samples.get(shard) ?? []
    this.#samples.set(shard, samples)
    samples.push(sample)
    if (samples.length > keptSamples) samples.shift()
    this.#sampleVersion++
  }

  /** Slots that were hit lately, in place of those before. */
  setHits(slots: readonly number[]): void {
    this.#hits = slots
    this.#hitVersion++
  }

  /** @returns everything, and the reader that has it now */
  whole(): { readonly message: string; readonly reader: Reader } {
    const versions = new Map<string, number>()
    const parts: string[] = []
    for (const [name, { text, version }] of this.#entries) {
      versions.set(name, version)
      if (text !== undefined) parts.push(`${JSON.stringify(name)}:${text}`)
    }
    const samples = JSON.stringify(Object.fromEntries(this.#samples))
    return {
      message: `{"isWhole":true,"sections":{${parts.join(',')}},"samples":${samples}}`,
      reader: { versions, sampleVersion: this.#sampleVersion, hitVersion: this.#hitVersion },
    }
  }

  /**
   * What the reader does not have, as much as fits into a message; the rest comes with the next one.
   * Undefined: it has everything.
   */
  news(reader: Reader): string | undefined {
    const parts: string[] = []
    let free = longestMessage
    for (const [name, { text, version }] of this.#stale(reader)) {
      const part = `${JSON.stringify(name)}:${text ?? 'null'}`
      // One that is longer than a message goes alone.
      if (Buffer.byteLength(part) > free && parts.length > 0) continue
      parts.push(part)
      free -= Buffer.byteLength(part) + 1
      reader.versions.set(name, version)
    }
    const rest: StreamMessage = { ...this.#newSamples(reader, free), ...this.#newHits(reader) }
    const others = JSON.stringify(rest).slice(1, -1)
    const sections = parts.length === 0 ? '' : `"sections":{${parts.join(',')}}`
    const fields = [sections, others].filter((field) => field !== '')
    return fields.length === 0 ? undefined : `{${fields.join(',')}}`
  }

  /** Those changed the longest time ago first: none waits for ever. */
  #stale({ versions }: Reader): [string, Entry][] {
    return [...this.#entries]
      .filter(([name, { version }]) => versions.get(name) !== version)
      .sort(([, a], [, b]) => a.version - b.version)
  }

  #newSamples(reader: Reader, free: number): StreamMessage {
    if (reader.sampleVersion === this.#sampleVersion || free < 600) return {}
    reader.sampleVersion = this.#sampleVersion
    const samples = [...this.#samples].map(([shard, all]) => [shard, all.slice(-1)] as const)
    return { samples: Object.fromEntries(samples) }
  }

  #newHits(reader: Reader): StreamMessage {
    if (reader.hitVersion === this.#hitVersion || this.#hits.length === 0) return {}
    reader.hitVersion = this.#hitVersion
    return { hits: this.#hits }
  }
}
