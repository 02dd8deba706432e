import type { SessionLock } from '@disredis/session-store'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { DisredisStore } from './disredis-store.js'
import { originOf } from './session-origin.js'

/** Holds the session's lock during requests of routes with `config: { sessionLock }`. */
export function addRouteLocks(app: FastifyInstance, store: DisredisStore): void {
  const locks = new WeakMap<FastifyRequest, SessionLock>()

  app.addHook('onRequest', async (request) => {
    const { sessionLock } = request.routeOptions.config
    if (!sessionLock || store.refOf(request) === undefined) return
    const id = request.session.sessionId
    const held = await store.sessions.lock(id, sessionLock === true ? {} : sessionLock)
    locks.set(request, held)
    // Others may have changed it while they held the lock.
    await request.session.reload()
    originOf(request.session).lock = { id, held }
  })

  const release = async (request: FastifyRequest) => {
    const held = locks.get(request)
    if (held === undefined) return
    locks.delete(request)
    if (request.session) delete originOf(request.session).lock
    try {
      await held.release()
    } catch (error) {
      // The session is saved, and the lock ends by itself: no reason to fail the request.
      request.log.warn(error, 'The lock of the session could not be released')
    }
  }
  // Runs behind the hook that saves. A response without it, as after an error, ends with the other.
  app.addHook('onSend', release)
  app.addHook('onResponse', release)
}
