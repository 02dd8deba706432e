import type { LockOptions } from '@disredis/session-store'
import fastifyCookie from '@fastify/cookie'
import fastifySession from '@fastify/session'
import type { FastifyInstance, FastifyPluginAsync } from 'fastify'
import fastifyPlugin from 'fastify-plugin'
import { acceptOldSignatures } from './accept-old-signatures.js'
import { DisredisStore } from './disredis-store.js'
import { type DisredisSessionOptions, resolvePluginOptions } from './plugin-options.js'
import { rememberingSigner } from './remembering-signer.js'
import { addRouteLocks } from './route-locks.js'
import { stopAtFailure } from './stop-at-failure.js'

declare module 'fastify' {
  interface FastifyInstance {
    /** Keeps the sessions: logins, lists of a user's sessions, counters. */
    sessionStore: DisredisStore
  }

  interface FastifyContextConfig {
    /**
     * Requests of one session take turns in this route and in all others that say so. Default: they
     * overlap, and what they change is merged.
     */
    sessionLock?: boolean | LockOptions
  }
}

/**
 * Sessions in Redis for Fastify 5: registers @fastify/cookie (unless it is there) and
 * @fastify/session with a {@link DisredisStore}, which it closes with the application.
 */
export const disredisSession: FastifyPluginAsync<DisredisSessionOptions> = fastifyPlugin(register, {
  fastify: '5.x',
  name: '@disredis/fastify-session',
})

async function register(app: FastifyInstance, options: DisredisSessionOptions): Promise<void> {
  const { store: storeOptions, session } = resolvePluginOptions(options)
  const store = new DisredisStore(storeOptions)
  DisredisStore.configure(store, session.cookie ?? {})
  app.addHook('onClose', () => store.close())
  app.decorate('sessionStore', store)
  if (!app.hasPlugin('@fastify/cookie')) await app.register(fastifyCookie)
  const failures = stopAtFailure(app)
  failures.before()
  const secret = rememberingSigner(session.secret, session.algorithm)
  await app.register(fastifySession, { ...session, secret, store })
  failures.after()
  acceptOldSignatures(app, session)
  addRouteLocks(app, store)
}
