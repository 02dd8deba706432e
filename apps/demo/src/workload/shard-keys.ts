/** Makes keys that live on a given shard, by trying: a third of all keys do if there are three. */
export class ShardKeys {
  readonly #prefix: string
  readonly #shardOf: (key: string) => string
  #next = 1

  constructor(prefix: string, shardOf: (key: string) => string) {
    this.#prefix = prefix
    this.#shardOf = shardOf
  }

  /** A key that was not given before. */
  next(shard: string): string {
    for (;;) {
      const key = `${this.#prefix}:${this.#next++}`
      if (this.#shardOf(key) === shard) return key
    }
  }
}
