import { withPrefix } from '../commands/with-prefix.js'
import { ending, type SubscriptionKind, subscriptionKinds } from './subscription-kind.js'

type Names = readonly (string | Buffer)[]

export interface SubscriptionTarget {
  /** @internal */
  readonly keyPrefix: string | undefined
  /** @internal */
  changeSubscriptions(
    kind: SubscriptionKind,
    change: 'subscribe' | 'unsubscribe',
    names: Names,
  ): Promise<number>
}

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
    // As in ioredis: shard channels are keys to it, other channels are not.
    const prefix = kind === 'ssubscribe' ? this.keyPrefix : undefined
    const names = args
      .flat()
      .map((name) => withPrefix(prefix, Buffer.isBuffer(name) ? name : String(name)))
    const promise = this.changeSubscriptions(kind, change, names)
    if (callback !== undefined) {
      promise.then(
        (count) => process.nextTick(callback, null, count),
        (error) => process.nextTick(callback, error),
      )
    }
    return promise
  }
  Object.defineProperty(prototype, method, { value: run, writable: true, configurable: true })
}
