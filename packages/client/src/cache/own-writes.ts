/**
 * The writes of this client that are not settled, by the text of their keys. A read of such a key is not
 * answered from the cache and fills nothing, so that a caller who has seen a write answered finds it,
 * whichever comes first: its reply, its invalidation, or the reply to a read on another connection.
 */
export class OwnWrites {
  readonly #keys = new Map<string, number>()
  /** Of those that may write any key. */
  #ofAny = 0

  get isEmpty(): boolean {
    return this.#ofAny === 0 && this.#keys.size === 0
  }

  concern(key: string): boolean {
    return this.#ofAny > 0 || (this.#keys.size > 0 && this.#keys.has(key))
  }

  begin(key: string): void {
    this.#keys.set(key, (this.#keys.get(key) ?? 0) + 1)
  }

  end(key: string): void {
    const count = this.#keys.get(key)! - 1
    if (count === 0) this.#keys.delete(key)
    else this.#keys.set(key, count)
  }

  beginAny(): void {
    this.#ofAny++
  }

  endAny(): void {
    this.#ofAny--
  }
}
