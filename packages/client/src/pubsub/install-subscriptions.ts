import { ending, type SubscriptionKind, subscriptionKinds } from './subscription-kind.js'

type Names = readonly (string | Buffer)[]

/** Not a name, which a script may have. */
export const changeSubscriptions: unique symbol = Symbol('disredis.changeSubscriptions')

export interface SubscriptionTarget {
  /** @internal */
  [changeSubscriptions](
    kind: SubscriptionKind,
    change: 'subscribe' | 'unsubscribe',
    names: Names,
  ): Promise<number>
}

// Taken at load: fake timers in somebody's tests must not stop callbacks.
const { nextTick } = process

type Callback = (error: Error | null, count?: number) => void

/** Gives a client `subscribe`, `psubscribe`, `ssubscribe` and their ends, called as in ioredis. */
export function installSubscriptions(prototype: object): void {
  for (const kind of subscriptionKinds) {
    define(prototype, kind, kind, 'subscribe')
    define(prototype, ending[kind], kind, 'unsubscribe')
  }
}

function define(
  prototype: object,
  method: string,
  kind: SubscriptionKind,
  change: 'subscribe' | 'unsubscribe',
): void {
  function run(this: SubscriptionTarget, ...args: unknown[]): Promise<number> {
    const callback = typeof args.at(-1) === 'function' ? (args.pop() as Callback) : undefined
    const names = args.flat().map((name) => (Buffer.isBuffer(name) ? name : String(name)))
    const promise = this[changeSubscriptions](kind, change, names)
    if (callback !== undefined) {
      promise.then(
        (count) => nextTick(callback, null, count),
        (error) => nextTick(callback, error),
      )
    }
    return promise
  }
  Object.defineProperty(prototype, method, { value: run, writable: true, configurable: true })
}
