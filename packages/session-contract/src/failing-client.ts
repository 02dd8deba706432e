import type { ContractRedis } from './subject.js'

/** How a script fails: refused by the server, or made, and its reply lost for good. */
export type Failure = 'refused' | 'made'

/** A client in front of a real server, of whose scripts from now on the n-th one fails. */
export function failing<Client extends ContractRedis>(client: Client) {
  let left = Infinity
  let failure: Failure = 'refused'
  const wrap = <Target extends object>(target: Target): Target =>
    new Proxy(target, {
      get(it, name) {
        const value = Reflect.get(it, name, it) as unknown
        if (typeof value !== 'function') return value
        if (name === 'with') return (...args: unknown[]) => wrap(value.apply(it, args) as object)
        if (name !== 'evalsha') return value.bind(it)
        return async (...args: unknown[]) => {
          if (--left !== 0) return value.apply(it, args) as unknown
          if (failure === 'made') {
            // Its server knows it by now: an earlier login has brought it.
            await value.apply(it, args)
          }
          throw new Error('ERR failed for a test')
        }
      },
    })
  return {
    client: wrap(client),
    /** @param n counted from 1 */
    fail(n: number, how: Failure = 'refused') {
      left = n
      failure = how
    },
  }
}
