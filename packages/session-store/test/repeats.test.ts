import type { Redis } from 'ioredis'
import { beforeAll, expect, test } from 'vitest'
import { type ConflictPolicy, type SessionRedis, SessionStore } from '../src/index.js'
import { type Servers, startServers } from './support/servers.js'
import { newId } from './support/session-ids.js'

interface Data {
  n?: number
  user?: string
}

let servers: Servers
beforeAll(async () => {
  servers = await startServers()
  return () => servers[Symbol.asyncDispose]()
})

/**
 * A client that loses the reply of the first try of each script: it was executed, and nobody knows,
 * as with a connection that breaks. No real server can be made to do that at a given command.
 */
function forgetful(redis: Redis): SessionRedis & { lost: number } {
  const answered = new Set<string>()
  const run =
    (name: 'evalsha' | 'eval') =>
    async (...args: Parameters<SessionRedis['evalsha']>) => {
      const reply = await redis[name](...args)
      // The same call again is a repetition; a save that was not answered has other data or keys.
      const call = JSON.stringify(args.slice(1))
      if (answered.has(call)) return reply
      answered.add(call)
      client.lost++
      throw Object.assign(new Error('No reply'), { mayHaveExecuted: true })
    }
  const client = new Proxy(redis as unknown as SessionRedis & { lost: number }, {
    get: (target, name) =>
      name === 'evalsha' || name === 'eval' ? run(name) : Reflect.get(target, name),
  })
  client.lost = 0
  return client
}

test.each<ConflictPolicy>(['merge', 'retry', 'error', 'last-write'])(
  'under %s, what was done but not answered is done once, and answered as if nothing had been',
  async (conflict) => {
    const client = forgetful(servers.ioredis())
    const store = new SessionStore<Data>({
      client,
      conflict,
      userId: ({ user }) => user,
      touchAfter: 0,
      deadline: 30_000,
    })
    const [id, ada] = [newId(), newId()]
    const created = await store.set(id, { user: ada, n: 1 })
    const updated = await store.set(id, { user: ada, n: 2 }, { from: created.handle })
    const touched = await store.touch(id, {}, { from: updated.handle })
    expect([created.outcome, updated.outcome, touched.outcome]).toEqual([
      'created',
      'updated',
      'touched',
    ])
    expect((await store.get(id))?.data).toEqual({ user: ada, n: 2 })
    expect(await store.listUserSessions(ada)).toHaveLength(1)
    const lock = await store.lock(id)
    await lock.release()
    expect(await store.destroy(id)).toEqual({ outcome: 'destroyed' })
    expect(await store.destroy(id)).toEqual({ outcome: 'absent' })
    const again = newId()
    await store.set(again, { user: ada })
    await store.revokeUser(ada)
    expect(await store.get(again)).toBeUndefined()
    expect(client.lost).toBeGreaterThanOrEqual(9)
    expect(store.counters.merged).toBe(0)
  },
)
