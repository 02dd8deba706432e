import type { Disredis } from '@disredis/client'
import fastify, { type FastifyInstance, type FastifyRequest } from 'fastify'
import type { Redis } from 'ioredis'
import { expectTypeOf, test } from 'vitest'
import disredisSession, {
  type DisredisSessionOptions,
  type DisredisStore,
  type DisredisStoreOptions,
  type SessionEntry,
  type StoredSession,
} from '../src/index.js'

declare module 'fastify' {
  interface Session {
    cart?: string[]
  }
}

// tsc checks these; they are not run.
test('an application needs no casts', () => {
  const application = async (request: FastifyRequest) => {
    const app = fastify()
    await app.register(disredisSession, { sentinels: 'h:26379', secret: 's', cookieName: 'sid' })
    app.get('/pay', { config: { sessionLock: { wait: 1_000 } } }, async ({ session }) => {
      session.cart?.push('tea')
      session.set('cart', [])
      await session.regenerate(['cart'])
      // @ts-expect-error a field that was not declared
      return session.basket
    })
    await app.sessionStore.login(request, 'ada', { cart: ['tea'] })
    // @ts-expect-error a field of another type
    await app.sessionStore.login(request, 'ada', { cart: 'tea' })
    return [app.sessionStore.listSessions(7), app.sessionStore.refOf(request)] as const
  }
  type Answer = Awaited<ReturnType<typeof application>>
  expectTypeOf<Answer[0]>().toEqualTypeOf<Promise<SessionEntry<StoredSession>[]>>()
  expectTypeOf<Answer[1]>().toEqualTypeOf<string | undefined>()
  expectTypeOf<FastifyInstance['sessionStore']>().toEqualTypeOf<DisredisStore>()
})

test('what a session holds is what the application declared', () => {
  expectTypeOf<StoredSession['cart']>().toEqualTypeOf<string[] | undefined>()
  expectTypeOf<FastifyRequest['session']['cart']>().toEqualTypeOf<string[] | undefined>()
  expectTypeOf<StoredSession>().not.toHaveProperty('cookie')
})

test('options are checked', () => {
  const secret = 's'
  const options = (client: Disredis, redis: Redis): DisredisSessionOptions[] => [
    { secret, sentinels: ['h:26379'], password: 'secret', cookie: { maxAge: 1_000 } },
    { secret: [secret], sentinels: 'h:26379', userId: 'color', maxSessionsPerUser: 3 },
    { secret, client, userId: ({ cart }) => cart?.[0], conflict: 'retry', rolling: false },
    { secret, client: redis, adminClient: redis, cookiePrefix: 's:' },
    // @ts-expect-error without a secret
    { sentinels: 'h:26379' },
    // @ts-expect-error a field that sessions do not have
    { secret, client, userId: 'usr' },
    // @ts-expect-error neither of the two ways to Redis
    { secret, idleTimeout: 1_000 },
    // @ts-expect-error an option of another store
    { secret, client, ttl: 3_600 },
    // @ts-expect-error the plugin makes the store
    { secret, client, store: {} },
  ]
  expectTypeOf(options).returns.toEqualTypeOf<DisredisSessionOptions[]>()
  expectTypeOf<{ client: Redis }>().toExtend<DisredisStoreOptions>()
})
