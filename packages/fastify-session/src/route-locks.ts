import type { LockOptions, SessionLock } from '@disredis/session-store'
import { answerCallback } from '@disredis/session-store/adapter'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { DisredisStore } from './disredis-store.js'
import { originOf } from './session-origin.js'

/** Holds the session's lock during requests of routes with `config: { sessionLock }`. */
export function addRouteLocks(app: FastifyInstance, store: DisredisStore): void {
  const locks = new WeakMap<FastifyRequest, SessionLock>()

  const acquire = async (request: FastifyRequest, reply: FastifyReply, options: LockOptions) => {
    const id = request.session.sessionId
    const held = await store.sessions.lock(id, options)
    locks.set(request, held)
    // A client that goes away is answered by nobody. What its handler still saves is refused.
    const left = () => {
      if (locks.delete(request)) void giveBack(request, held)
    }
    if (reply.raw.closed) left()
    else reply.raw.once('close', left)
    // Others may have changed it while they held the lock.
    await store.reload(request)
    originOf(request.session).lock = { id, held }
  }

  const giveBack = async (request: FastifyRequest, held: SessionLock) => {
    try {
      await held.release()
    } catch (error) {
      // The session is saved, and the lock ends by itself: no reason to fail the request.
      request.log.warn(error, 'The lock of the session could not be released')
    }
  }

  const releaseIfHeld = (request: FastifyRequest, done: () => void) => {
    const held = locks.get(request)
    if (held === undefined) {
      done()
      return
    }
    locks.delete(request)
    if (request.session) delete originOf(request.session).lock
    void giveBack(request, held).then(done)
  }

  // With callbacks: a promise in each hook is what all other routes would pay for.
  app.addHook('onRequest', (request, reply, done) => {
    const { sessionLock } = request.routeOptions.config
    if (!sessionLock || store.refOf(request) === undefined) done()
    else answerDone(acquire(request, reply, sessionLock === true ? {} : sessionLock), done)
  })
  // Runs behind the hook that saves. A response without it, as after an error, ends with the other.
  app.addHook('onSend', (request, _reply, _payload, done) => releaseIfHeld(request, done))
  app.addHook('onResponse', (request, _reply, done) => releaseIfHeld(request, done))
}

function answerDone(work: Promise<void>, done: (error?: Error) => void): void {
  answerCallback(work, (error) => done((error as Error | null) ?? undefined))
}
