import type { ContractRedis } from './subject.js'

/** What a {@link lossy} client does to writes. */
export interface Loss {
  /** The next script is run, then `meanwhile`, and then its reply is lost. */
  afterNextWrite(meanwhile: () => Promise<void>): void
  /** Whether a reply was lost. */
  readonly wasLost: boolean
  /** Scripts that were run so far; none by an application with a client of its own. */
  readonly writes: number
}

/** A client in front of a real server, which loses a reply when it is told to. */
export function lossy<Client extends ContractRedis>(
  client: Client,
): { client: Client; loss: Loss } {
  let next: (() => Promise<void>) | undefined
  let wasLost = false
  let writes = 0
  const wrap = <Target extends object>(target: Target): Target =>
    new Proxy(target, {
      get(it, name) {
        const value = Reflect.get(it, name, it) as unknown
        if (typeof value !== 'function') return value
        if (name === 'with') return (...args: unknown[]) => wrap(value.apply(it, args) as object)
        if (name !== 'evalsha' && name !== 'eval') return value.bind(it)
        return async (...args: unknown[]) => {
          writes++
          const meanwhile = next
          const reply: unknown = await value.apply(it, args)
          if (meanwhile === undefined || next !== meanwhile) return reply
          next = undefined
          await meanwhile()
          wasLost = true
          const error = new Error('The connection was lost before the reply came')
          throw Object.assign(error, { retryable: true, mayHaveExecuted: true })
        }
      },
    })
  return {
    client: wrap(client),
    loss: {
      afterNextWrite(meanwhile) {
        next = meanwhile
      },
      get writes() {
        return writes
      },
      get wasLost() {
        return wasLost
      },
    },
  }
}
