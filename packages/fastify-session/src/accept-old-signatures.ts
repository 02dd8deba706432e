import type { FastifySessionOptions } from '@fastify/session'
import type { FastifyInstance } from 'fastify'
import { originOf } from './session-origin.js'

/**
 * @fastify/session takes a session whose cookie was signed with an older secret for another one: with
 * `saveUninitialized: false` a request that changes nothing would have its cookie cleared. So the
 * request gets the cookie as it is signed today.
 */
export function acceptOldSignatures(
  app: FastifyInstance,
  { cookieName = 'sessionId', cookiePrefix = '' }: Omit<FastifySessionOptions, 'store'>,
): void {
  app.addHook('onRequest', (request, _reply, done) => {
    const { cookies, session } = request
    if (cookies[cookieName] !== undefined && typeof session?.sessionId === 'string') {
      const isLoaded = originOf(session).id === session.sessionId
      if (isLoaded) cookies[cookieName] = cookiePrefix + session.encryptedSessionId
    }
    done()
  })
}
