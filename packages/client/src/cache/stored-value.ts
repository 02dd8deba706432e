import { textBytes } from './memory.js'

/**
 * A reply as the cache keeps it, and as it gives it out: nobody who holds the one can change the other.
 * Text, numbers and null are immutable and are shared; everything else is copied both ways.
 */
export type StoredValue = string | number | null | undefined | StoredParts

/** What callers could change. */
export abstract class StoredParts {
  /** Of memory. */
  abstract readonly bytes: number
  /** A value that is the caller's. */
  abstract copy(): unknown
}

/** @returns what is kept of a caller's value */
export function storeValue(value: unknown): StoredValue {
  if (typeof value !== 'object' || value === null) return value as StoredValue
  if (Buffer.isBuffer(value)) return new StoredBytes(value)
  if (Array.isArray(value)) return new StoredList(value)
  return new StoredFields(value as Record<string, unknown>)
}

/** @returns what a caller gets of it */
export function takeValue(stored: StoredValue): unknown {
  return stored instanceof StoredParts ? stored.copy() : stored
}

export function storedBytes(stored: StoredValue): number {
  if (typeof stored === 'string') return textBytes(stored)
  return stored instanceof StoredParts ? stored.bytes : 0
}

/**
 * Bytes, one a character: a buffer of its own would take several times as much, and a part of a chunk of
 * the socket would keep the whole chunk in memory.
 */
class StoredBytes extends StoredParts {
  readonly bytes: number
  readonly #text: string

  constructor(value: Buffer) {
    super()
    this.#text = value.toString('latin1')
    this.bytes = partsBytes + 16 + value.length
  }

  copy(): Buffer {
    return Buffer.from(this.#text, 'latin1')
  }
}

class StoredList extends StoredParts {
  readonly bytes: number
  readonly #items: StoredValue[]
  readonly #isFlat: boolean

  constructor(items: readonly unknown[]) {
    super()
    this.#items = items.map(storeValue)
    this.#isFlat = !this.#items.some(isParts)
    this.bytes = this.#items.reduce<number>(
      (sum, item) => sum + itemBytes + storedBytes(item),
      partsBytes + 32,
    )
  }

  copy(): unknown[] {
    return this.#isFlat ? this.#items.slice() : this.#items.map(takeValue)
  }
}

/** What a reply was made into: an object of fields, whatever they are called. */
class StoredFields extends StoredParts {
  readonly bytes: number
  readonly #fields: Record<string, StoredValue>
  readonly #isFlat: boolean

  constructor(value: Readonly<Record<string, unknown>>) {
    super()
    const entries = Object.entries(value).map(([name, item]) => [name, storeValue(item)] as const)
    this.#fields = Object.fromEntries(entries)
    this.#isFlat = !entries.some(([, item]) => isParts(item))
    this.bytes = entries.reduce<number>(
      (sum, [name, item]) => sum + fieldBytes + textBytes(name) + storedBytes(item),
      partsBytes + 64,
    )
  }

  copy(): Record<string, unknown> {
    // The properties are copied as they are, `__proto__` too.
    const fields = { ...this.#fields }
    if (this.#isFlat) return fields
    return Object.fromEntries(Object.entries(fields).map(([name, item]) => [name, takeValue(item)]))
  }
}

function isParts(stored: StoredValue): boolean {
  return stored instanceof StoredParts
}

/** Of a {@link StoredParts} itself. */
const partsBytes = 48
const itemBytes = 8
/** A property of an object: its name, its value, and the room that such tables leave free. */
const fieldBytes = 48
