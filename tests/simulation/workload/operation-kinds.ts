import type { CommandHandle, Disredis } from '@disredis/client'

/** What an operation works with. */
export interface Call {
  readonly client: Disredis
  /** The same commands, with this call's options. */
  readonly handle: Disredis | CommandHandle
  readonly key: string
  readonly token: string
}

export interface OperationKind {
  readonly name: string
  /** How often it is chosen, in relation to the others. */
  readonly weight: number
  readonly isWrite: boolean
  /** Its effect does not depend on the state before: the client may be told to repeat it. */
  readonly isUnconditional?: boolean
  readonly isApart?: boolean
  /** Kinds of one type share keys. */
  readonly type: string
  run(call: Call): Promise<unknown>
}

type Handle = Pick<
  Disredis,
  | 'set'
  | 'get'
  | 'incr'
  | 'rpush'
  | 'lrange'
  | 'append'
  | 'hset'
  | 'hgetall'
  | 'setnx'
  | 'sadd'
  | 'del'
>

function on({ handle }: Call): Handle {
  return handle as unknown as Handle
}

export const operationKinds: readonly OperationKind[] = [
  {
    name: 'SET',
    type: 'register',
    weight: 4,
    isWrite: true,
    isUnconditional: true,
    run: (it) => on(it).set(it.key, it.token),
  },
  {
    name: 'GET',
    type: 'register',
    weight: 4,
    isWrite: false,
    run: (it) => on(it).get(it.key),
  },
  {
    name: 'RPUSH',
    type: 'list',
    weight: 6,
    isWrite: true,
    run: (it) => on(it).rpush(it.key, it.token),
  },
  {
    name: 'LRANGE',
    type: 'list',
    weight: 2,
    isWrite: false,
    run: (it) => on(it).lrange(it.key, 0, -1),
  },
  {
    name: 'INCR',
    type: 'counter',
    weight: 3,
    isWrite: true,
    run: (it) => on(it).incr(it.key),
  },
  {
    name: 'APPEND',
    type: 'text',
    weight: 2,
    isWrite: true,
    run: (it) => on(it).append(it.key, it.token),
  },
  {
    name: 'HSET',
    type: 'hash',
    weight: 2,
    isWrite: true,
    isUnconditional: true,
    run: (it) => on(it).hset(it.key, 'field', it.token),
  },
  {
    name: 'MULTI',
    type: 'list',
    weight: 2,
    isWrite: true,
    run: async ({ client, key, token }) => {
      const results = await client
        .multi()
        .rpush(key, token)
        .hset(`${key}:hash`, 'last', token)
        .exec()
      const failed = results?.find(([error]) => error !== null)
      if (failed !== undefined) throw failed[0]
      return results
    },
  },
  {
    name: 'TRANSACTION',
    type: 'watched',
    weight: 1,
    isWrite: true,
    isApart: true,
    run: ({ client, key, token }) =>
      client.transaction([key], async (tx) => {
        const before = (await tx.get(key)) ?? ''
        return tx.multi().set(key, `${before}${token}`).exec()
      }),
  },
  {
    name: 'DURABLE',
    type: 'durable',
    weight: 1,
    isWrite: true,
    isApart: true,
    run: ({ client, key, token }) =>
      (client.durable({ replicas: 1, timeout: 300 }) as unknown as Handle).rpush(key, token),
  },
]
