import cookie from '@fastify/cookie'
import session from '@mgcrea/fastify-session'
import { RedisStore } from '@mgcrea/fastify-session-redis-store'
import Fastify from 'fastify'
import { Redis } from 'ioredis'
import { secret, serveFastify } from './serve-fastify.mjs'

/** On one server. */
export async function start({ redis }) {
  const client = new Redis(redis)
  const app = Fastify()
  await app.register(cookie)
  await app.register(session, {
    secret,
    store: new RedisStore({ client, prefix: 'mgcrea:', ttl: 3600 }),
    cookie: { maxAge: 3600 },
    saveUninitialized: false,
  })
  const set = (its, values) => {
    for (const [name, value] of Object.entries(values)) its.set(name, value)
  }
  return serveFastify(app, {
    get: (its, name) => its.get(name),
    set,
    // It has nothing against session fixation to call here.
    login: async (request, user, values) => set(request.session, { userId: user, ...values }),
  })
}
