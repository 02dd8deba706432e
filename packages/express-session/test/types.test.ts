import type { Disredis } from '@disredis/client'
import express, { type Request } from 'express'
import session from 'express-session'
import type { Redis } from 'ioredis'
import { expectTypeOf, test } from 'vitest'
import {
  type DisredisStore,
  type DisredisStoreOptions,
  disredisSession,
  type SessionEntry,
  type StoredSession,
} from '../src/index.js'
import './support/session-data.js'

// tsc checks these; they are not run.
test('an application needs no casts', () => {
  const application = (store: DisredisStore, req: Request) => {
    const app = express()
    app.use(session({ store, secret: 's', resave: false, saveUninitialized: false }))
    app.use(
      disredisSession({ sentinels: 'h:26379', secret: ['s', 't'], cookie: { secure: 'auto' } }),
    )
    app.post('/pay', store.lock({ wait: 1_000 }), (_req, res) => void res.end())
    const login = store.login(req, 'ada', { cart: ['tea'] })
    // @ts-expect-error a field of another type
    void store.login(req, 'ada', { cart: 'tea' })
    return { app, login, list: store.listSessions(7), isMine: store.refOf(req) }
  }
  type Answer = ReturnType<typeof application>
  expectTypeOf<Answer['login']>().toEqualTypeOf<Promise<void>>()
  expectTypeOf<Answer['list']>().toEqualTypeOf<Promise<SessionEntry<StoredSession>[]>>()
  expectTypeOf<Answer['isMine']>().toEqualTypeOf<string | undefined>()
})

test('what a session holds is what the application declared', () => {
  expectTypeOf<StoredSession['views']>().toEqualTypeOf<number | undefined>()
  expectTypeOf<StoredSession>().not.toHaveProperty('cookie')
  expectTypeOf<DisredisStore>().toExtend<session.Store>()
})

test('options are checked', () => {
  const options = (client: Disredis, redis: Redis): DisredisStoreOptions[] => [
    { sentinels: ['h:26379'], password: 'secret', idleTimeout: 1_000 },
    { sentinels: 'h:26379', userId: 'user', maxSessionsPerUser: 3 },
    { client, userId: ({ cart }) => cart?.[0], conflict: 'retry' },
    { client: redis, adminClient: redis, disconnectAfter: false },
    // @ts-expect-error a field that sessions do not have
    { client, userId: 'usr' },
    // @ts-expect-error neither of the two ways to Redis
    { idleTimeout: 1_000 },
    // @ts-expect-error an option of connect-redis
    { client, ttl: 3_600 },
  ]
  expectTypeOf(options).returns.toEqualTypeOf<DisredisStoreOptions[]>()
})
