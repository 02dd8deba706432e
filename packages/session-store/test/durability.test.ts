import { beforeAll, describe, expect, test } from 'vitest'
import { SessionDurabilityError, type SessionRedis, SessionStore } from '../src/index.js'
import { type Servers, startServers } from './support/servers.js'
import { newId } from './support/session-ids.js'

interface Data {
  n?: number
  user?: string
}

let servers: Servers
beforeAll(async () => {
  servers = await startServers({ masters: 1, replicas: 1 })
  return () => servers[Symbol.asyncDispose]()
})

const durability = { replicas: 1, timeout: 500 }

describe.each<[string, () => SessionRedis]>([
  ['a plain ioredis', () => servers.ioredis()],
  ['a Disredis client', () => servers.disredis()],
])('with %s', (_, connect) => {
  let client: SessionRedis
  const prefix = `${newId()}:`
  let store: SessionStore<Data>
  beforeAll(() => {
    client = connect()
    store = new SessionStore<Data>({
      client,
      prefix,
      durability,
      userId: ({ user }) => user,
      deadline: 30_000,
    })
  })

  test('what was answered is on the replica: created, updated, destroyed, revoked', async () => {
    const replica = servers.fleet.replicas()[0]!
    const read = async (field: string) => {
      const keys = (await replica.command('KEYS', `${prefix}*`)) as string[]
      const key = keys.find((name) => !name.includes('user')) ?? ''
      return replica.command('HGET', key, field)
    }
    const id = newId()
    const { handle } = await store.set(id, { n: 1 })
    expect(await read('d')).toBe('{"n":1}')
    await store.set(id, { n: 2 }, { from: handle })
    expect(await read('d')).toBe('{"n":2}')
    await store.destroy(id)
    expect(await read('d')).toBeNull()
    await store.revokeUser('ada')
    const [user = ''] = (await replica.command('KEYS', `${prefix}user:*`)) as string[]
    expect(await replica.command('ZSCORE', user, 'epoch')).not.toBeNull()
  })

  test('a write that no replica acknowledges is an error that says it may be there', async () => {
    const replica = servers.fleet.replicas()[0]!
    const id = newId()
    const { handle } = await store.set(id, { n: 1 })
    await replica.pause()
    try {
      for (const write of [
        () => store.set(newId(), { n: 1 }),
        () => store.set(id, { n: 2 }, { from: handle }),
        () => store.destroy(id),
        () => store.revokeUser('ada'),
      ]) {
        const error: unknown = await write().catch((reason) => reason)
        expect(error).toBeInstanceOf(SessionDurabilityError)
        expect(error).toMatchObject({ mayHaveExecuted: true })
      }
    } finally {
      await replica.resume()
    }
  })
})
