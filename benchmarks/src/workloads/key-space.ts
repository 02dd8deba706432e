import type { BenchClient } from '../contenders/bench-client.js'
import { WrongReplyError } from './workload.js'

const writesAtOnce = 50

/**
 * Keys that belong to one caller each, and the value that each must have now. Every key has two
 * values and a SET writes the other one: a read tells a lost write, another key's value and another
 * command's reply. Nothing is built while a round runs.
 */
export class KeySpace {
  readonly keys: readonly string[]
  readonly #values: readonly [even: readonly string[], odd: readonly string[]]
  readonly #written: Uint8Array

  constructor(keyPrefix: string, count: number, valueBytes: number) {
    this.keys = Array.from({ length: count }, (_, i) => keyPrefix + String(i).padStart(6, '0'))
    this.#values = [this.#valuesOf('a', valueBytes), this.#valuesOf('b', valueBytes)]
    this.#written = new Uint8Array(count)
  }

  /** The value that a read of this key must give. */
  expected(index: number): string {
    return this.#values[this.#written[index]! as 0 | 1][index]!
  }

  /** Takes the other value: what the caller is about to write, and what reads give from then on. */
  turn(index: number): string {
    this.#written[index] = this.#written[index]! ^ 1
    return this.expected(index)
  }

  async writeAll(client: BenchClient): Promise<void> {
    await this.#forEachKey(async (key, index) => {
      const reply = await client.set(key, this.expected(index))
      if (reply !== 'OK') throw new WrongReplyError('SET', key, reply)
    })
  }

  async checkAll(client: BenchClient): Promise<void> {
    await this.#forEachKey(async (key, index) => {
      const reply = await client.get(key)
      if (reply !== this.expected(index)) throw new WrongReplyError('GET', key, reply)
    })
  }

  async #forEachKey(ask: (key: string, index: number) => Promise<void>): Promise<void> {
    for (let start = 0; start < this.keys.length; start += writesAtOnce) {
      const some = this.keys.slice(start, start + writesAtOnce)
      await Promise.all(some.map((key, i) => ask(key, start + i)))
    }
  }

  #valuesOf(variant: string, bytes: number): string[] {
    return this.keys.map((key) => flat(`${key}:${variant}:`.padEnd(bytes, variant)))
  }
}

/** A string of its own bytes: ropes and slices would make the first client to touch them pay. */
function flat(text: string): string {
  return Buffer.from(text, 'latin1').toString('latin1')
}
