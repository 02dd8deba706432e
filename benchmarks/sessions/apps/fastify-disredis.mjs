import disredisSession from '@disredis/fastify-session'
import Fastify from 'fastify'
import { secret, serveFastify } from './serve-fastify.mjs'

/** Over all masters. */
export async function start({ sentinels }, options = {}) {
  const app = Fastify()
  await app.register(disredisSession, {
    sentinels,
    secret,
    cookie: { maxAge: 3_600_000 },
    ...options,
  })
  return serveFastify(app, {
    get: (session, name) => session[name],
    set: (session, values) => Object.assign(session, values),
    login: (request, user, values) => app.sessionStore.login(request, user, values),
  })
}
