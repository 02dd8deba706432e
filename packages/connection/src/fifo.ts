/** A queue over a ring buffer: `push` and `shift` take constant time and allocate only to grow. */
export class Fifo<T> {
  #items: (T | undefined)[] = new Array(16)
  #head = 0
  #length = 0

  get length(): number {
    return this.#length
  }

  peek(): T | undefined {
    return this.#items[this.#head]
  }

  push(item: T): void {
    if (this.#length === this.#items.length) this.#grow()
    this.#items[(this.#head + this.#length) & (this.#items.length - 1)] = item
    this.#length++
  }

  shift(): T | undefined {
    if (this.#length === 0) return undefined
    const item = this.#items[this.#head]
    this.#items[this.#head] = undefined
    this.#head = (this.#head + 1) & (this.#items.length - 1)
    this.#length--
    return item
  }

  #grow(): void {
    const size = this.#items.length
    const items: (T | undefined)[] = new Array(size * 2)
    for (let i = 0; i < this.#length; i++) items[i] = this.#items[(this.#head + i) & (size - 1)]
    this.#items = items
    this.#head = 0
  }
}
