import Fastify from 'fastify'
import { serveFastify } from './serve-fastify.mjs'

/** What the application costs without sessions. */
export async function start() {
  const app = Fastify()
  app.decorateRequest('session', null)
  app.addHook('onRequest', (request, reply, done) => {
    request.session = { cart: ['tea', 'coffee'], views: 0 }
    reply.header('Set-Cookie', 'bare=1; Path=/')
    done()
  })
  return serveFastify(app, {
    get: (session, name) => session[name],
    set: (session, values) => Object.assign(session, values),
    login: async (request, _user, values) => Object.assign(request.session, values),
  })
}
