import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import disredisSession from '@disredis/fastify-session'
import Fastify, { type FastifyReply, type FastifyRequest } from 'fastify'
import { holdOf, pageAfter, saidIn, textOf, wantsPage } from './answer.js'
import { accountPage, type Device } from './pages.js'
import { sessionFacts, sessionView } from './session-facts.js'
import { cookieName, type SiteContext, sessionOptions } from './site-context.js'
import { isProfileField } from './site-session.js'
import './session-declarations.js'

export interface FastifyApp {
  readonly handle: (request: IncomingMessage, response: ServerResponse) => void
  close(): Promise<void>
}

/** The account: who is signed in, on which devices, and signing out of them. */
export async function createFastifyApp(context: SiteContext): Promise<FastifyApp> {
  let handle: FastifyApp['handle'] = () => {}
  const app = Fastify({
    // It never listens: another server hands its requests over.
    serverFactory: (handler) => {
      handle = handler
      return createServer()
    },
  })
  app.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string', bodyLimit: 4_096 },
    (_request, body, done) => done(null, Object.fromEntries(new URLSearchParams(String(body)))),
  )
  await app.register(disredisSession, {
    ...sessionOptions(context),
    secret: context.secret,
    cookieName,
    // As express-session writes them.
    cookiePrefix: 's:',
    cookie: { secure: false },
  })

  const viewOf = async (request: FastifyRequest) =>
    sessionView(
      'Fastify',
      request.session,
      await sessionFacts(context, app.sessionStore.refOf(request)),
    )
  const devicesOf = async (request: FastifyRequest): Promise<Device[]> => {
    const { userId } = request.session
    if (userId === undefined) return []
    const own = app.sessionStore.refOf(request)
    const sessions = await app.sessionStore.listSessions(userId)
    return sessions.map(({ ref, createdAt, lastUsedAt }) => ({
      ref,
      createdAt,
      lastUsedAt,
      isThis: ref === own,
    }))
  }
  const answer = async (
    request: FastifyRequest,
    reply: FastifyReply,
    said: string,
    status = 200,
  ) =>
    wantsPage(request.headers.accept)
      ? reply.redirect(pageAfter('/fastify/', said), 303)
      : reply.code(status).send({ said, ...(await viewOf(request)) })
  const bodyOf = ({ body }: FastifyRequest) => (body ?? {}) as Readonly<Record<string, unknown>>

  app.get('/fastify/', async (request, reply) => {
    const { session } = request
    if (session.userId !== undefined) session.visits = (session.visits ?? 0) + 1
    reply.type('text/html; charset=utf-8')
    return accountPage(await viewOf(request), saidIn(request.url), await devicesOf(request))
  })
  app.get('/fastify/session', viewOf)
  app.get('/fastify/devices', devicesOf)
  app.post('/fastify/devices/end', async (request, reply) => {
    const { userId } = request.session
    const ref = textOf(bodyOf(request).ref, 100)
    if (userId === undefined || ref === undefined) return answer(request, reply, 'Which one?', 400)
    const { outcome } = await app.sessionStore.endSession(userId, ref)
    const said = outcome === 'destroyed' ? 'That device is signed out.' : 'It was over already.'
    return answer(request, reply, said)
  })
  app.post('/fastify/profile', async (request, reply) => {
    const { field, value, hold } = bodyOf(request)
    const text = textOf(value, 40)
    if (!isProfileField(field) || text === undefined) {
      return answer(request, reply, 'Save what?', 400)
    }
    await sleep(holdOf(hold))
    request.session[field] = text
    return answer(request, reply, `Saved ${field}: ${text}.`)
  })
  app.post('/fastify/sign-out', async (request, reply) => {
    await request.session.destroy()
    return signedOut(request, reply, 'Signed out.')
  })
  app.post('/fastify/sign-out-everywhere', async (request, reply) => {
    const { userId } = request.session
    if (userId !== undefined) await app.sessionStore.logoutEverywhere(userId)
    return signedOut(request, reply, 'Signed out on every device.')
  })
  await app.ready()
  return { handle, close: () => app.close() }
}

function signedOut(request: FastifyRequest, reply: FastifyReply, said: string) {
  return wantsPage(request.headers.accept)
    ? reply.redirect(pageAfter('/fastify/', said), 303)
    : reply.send({ said, ...sessionView('Fastify', {}, null) })
}
