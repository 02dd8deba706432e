import { SessionStoreError } from '@disredis/session-store'
import type { FastifyInstance, FastifyRequest } from 'fastify'

/**
 * @fastify/session saves at the end of every response, and an error has up to three of them: of the
 * application's error handler, of Fastify's, and the last resort. A session that could not be saved is
 * not saved again with each of them: the application's answer would be lost, and its deadline waited
 * for three times.
 *
 * Goes around @fastify/session: `before` is called in front of its registration, `after` behind it.
 */
export function stopAtFailure(app: FastifyInstance): { before(): void; after(): void } {
  const failed = new WeakSet<FastifyRequest>()
  const hidden = new WeakMap<FastifyRequest, FastifyRequest['session']>()
  return {
    before() {
      app.addHook('onError', (request, _reply, error, done) => {
        if (error instanceof SessionStoreError) failed.add(request)
        done()
      })
      app.addHook('onSend', (request, _reply, _payload, done) => {
        if (failed.has(request)) {
          hidden.set(request, request.session)
          request.session = null as never
        }
        done()
      })
    },
    after() {
      app.addHook('onSend', (request, _reply, _payload, done) => {
        const session = hidden.get(request)
        if (session !== undefined) request.session = session
        done()
      })
    },
  }
}
