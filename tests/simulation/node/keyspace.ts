import { copyValue, type Value } from './value.js'

/** The data of one node: keys, their values and their expiry. */
export class Keyspace {
  readonly #now: () => number
  #values = new Map<string, Value>()
  #expiry = new Map<string, number>()
  /** Counts what happened to a key: WATCH compares. */
  readonly #versions = new Map<string, number>()
  #version = 0

  constructor(now: () => number) {
    this.#now = now
  }

  get size(): number {
    return this.#values.size
  }

  /** Keys that exist, expired ones left out. */
  keys(): string[] {
    return [...this.#values.keys()].filter((key) => !this.#isExpired(key))
  }

  get(key: string): Value | undefined {
    return this.#isExpired(key) ? undefined : this.#values.get(key)
  }

  set(key: string, value: Value): void {
    this.#values.set(key, value)
    this.touch(key)
  }

  delete(key: string): boolean {
    const existed = this.get(key) !== undefined
    this.#values.delete(key)
    this.#expiry.delete(key)
    if (existed) this.touch(key)
    return existed
  }

  /** A value was changed in its place. */
  touch(key: string): void {
    this.#versions.set(key, ++this.#version)
  }

  versionOf(key: string): number {
    // A key that expired has changed for those who watch it.
    if (this.#isExpired(key)) return -1
    return this.#versions.get(key) ?? 0
  }

  /** Virtual ms, or undefined. */
  expiryOf(key: string): number | undefined {
    return this.#expiry.get(key)
  }

  expireAt(key: string, at: number | undefined): void {
    if (at === undefined) this.#expiry.delete(key)
    else this.#expiry.set(key, at)
    this.touch(key)
  }

  /** Keys that a master deletes now because their time is over. */
  expired(): string[] {
    const keys: string[] = []
    for (const key of this.#expiry.keys()) if (this.#isExpired(key)) keys.push(key)
    return keys
  }

  snapshot(): KeyspaceSnapshot {
    const values = new Map<string, Value>()
    for (const [key, value] of this.#values) values.set(key, copyValue(value))
    return { values, expiry: new Map(this.#expiry) }
  }

  /** Whoever watches a key that existed before or does now is told that it changed. */
  load(snapshot: KeyspaceSnapshot): void {
    for (const key of this.#values.keys()) this.touch(key)
    this.#values = new Map()
    for (const [key, value] of snapshot.values) this.#values.set(key, copyValue(value))
    this.#expiry = new Map(snapshot.expiry)
    for (const key of this.#values.keys()) this.touch(key)
  }

  #isExpired(key: string): boolean {
    const at = this.#expiry.get(key)
    return at !== undefined && at <= this.#now()
  }
}

export interface KeyspaceSnapshot {
  readonly values: ReadonlyMap<string, Value>
  readonly expiry: ReadonlyMap<string, number>
}

export const emptySnapshot: KeyspaceSnapshot = { values: new Map(), expiry: new Map() }
