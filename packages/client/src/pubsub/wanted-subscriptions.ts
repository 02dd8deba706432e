import { isOfEveryShard, type SubscriptionKind, subscriptionKinds } from './subscription-kind.js'

type Name = string | Buffer

interface Waiter {
  readonly kind: SubscriptionKind
  readonly keys: ReadonlySet<string>
  readonly resolve: () => void
  readonly reject: (error: Error) => void
}

/**
 * What is to be subscribed on one shard, whether there is a connection or not; what of it the present
 * connection was told; and who waits for that.
 */
export class WantedSubscriptions {
  readonly #names = byKind(() => new Map<string, Name>())
  #ofEveryShard = 0
  readonly #told = byKind(() => new Set<string>())
  readonly #waiters = new Set<Waiter>()

  get isEmpty(): boolean {
    return subscriptionKinds.every((kind) => this.#names[kind].size === 0)
  }

  /** Channels and patterns that are wanted on this shard alone, and on every one. */
  get counts(): { readonly own: number; readonly everywhere: number } {
    const { subscribe, psubscribe } = this.#names
    return {
      own: subscribe.size + psubscribe.size - this.#ofEveryShard,
      everywhere: this.#ofEveryShard,
    }
  }

  get shardChannels(): number {
    return this.#names.ssubscribe.size
  }

  names(kind: SubscriptionKind): Name[] {
    return [...this.#names[kind].values()]
  }

  has(kind: SubscriptionKind, name: Name): boolean {
    return this.#names[kind].has(keyOf(name))
  }

  add(kind: SubscriptionKind, names: readonly Name[]): void {
    for (const name of names) {
      if (!this.has(kind, name) && isOfEveryShard(kind, name)) this.#ofEveryShard++
      this.#names[kind].set(keyOf(name), name)
    }
  }

  delete(kind: SubscriptionKind, names: readonly Name[]): void {
    for (const name of names) {
      const key = keyOf(name)
      if (this.#names[kind].delete(key) && isOfEveryShard(kind, name)) this.#ofEveryShard--
      this.#told[kind].delete(key)
    }
  }

  clear(): void {
    for (const kind of subscriptionKinds) this.#names[kind].clear()
    this.#ofEveryShard = 0
  }

  /** There is another connection, which was told nothing yet. */
  begin(): void {
    for (const kind of subscriptionKinds) this.#told[kind].clear()
  }

  /** What the present connection was not told yet. It counts as told from now on. */
  takeUntold(kind: SubscriptionKind): Name[] {
    const names = [...this.#names[kind]].filter(([key]) => !this.#told[kind].has(key))
    for (const [key] of names) this.#told[kind].add(key)
    return names.map(([, name]) => name)
  }

  /** Resolves at {@link settle}, and rejects if one of the names is refused before. */
  wait(kind: SubscriptionKind, names: readonly Name[]): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiters.add({ kind, keys: new Set(names.map(keyOf)), resolve, reject })
    })
  }

  /** The server refused a name. False if nobody waits for it, who would be told. */
  refuse(kind: SubscriptionKind, name: Name, error: Error): boolean {
    const key = keyOf(name)
    const concerned = [...this.#waiters].filter((it) => it.kind === kind && it.keys.has(key))
    for (const waiter of concerned) {
      this.#waiters.delete(waiter)
      waiter.reject(error)
    }
    return concerned.length > 0
  }

  /** The present connection was told everything, or there will be none. */
  settle(): void {
    for (const { resolve } of this.#waiters) resolve()
    this.#waiters.clear()
  }
}

function byKind<T>(make: () => T): Readonly<Record<SubscriptionKind, T>> {
  return { subscribe: make(), psubscribe: make(), ssubscribe: make() }
}

/** Binary names are told apart byte by byte. */
function keyOf(name: Name): string {
  return typeof name === 'string' ? Buffer.from(name).toString('latin1') : name.toString('latin1')
}
