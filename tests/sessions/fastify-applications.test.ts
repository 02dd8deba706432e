import { connect } from 'node:http2'
import disredisSession from '@disredis/fastify-session'
import { type Fleet, startFleet } from '@disredis/fleet'
import csrfProtection from '@fastify/csrf-protection'
import { Authenticator } from '@fastify/passport'
import fastify, { type FastifyInstance } from 'fastify'
import { Strategy } from 'passport-local'
import { beforeAll, expect, test } from 'vitest'

declare module 'fastify' {
  interface Session {
    views?: number
    passport?: string
  }
}

let fleet: Fleet
beforeAll(async () => {
  fleet = await startFleet({ masters: 2, replicas: 1, sentinels: 3, downAfter: 2_000 })
  return () => fleet.close()
})

async function addSessions(app: FastifyInstance): Promise<void> {
  await app.register(disredisSession, {
    sentinels: fleet.sentinels,
    secret: 'the secret of these applications, 32 bytes',
    prefix: `${crypto.randomUUID()}:`,
    deadline: 60_000,
    userId: ({ passport }) => passport,
  })
}

test('@fastify/passport, flash and csrf-protection, through a planned failover of every master', async () => {
  const app = fastify()
  await addSessions(app)
  await app.register(csrfProtection, { sessionPlugin: '@fastify/session' })
  // It brings @fastify/flash.
  const passport = new Authenticator()
  await app.register(passport.initialize())
  await app.register(passport.secureSession())
  passport.use(
    'local',
    new Strategy((username, password, done) => {
      done(null, password === 'right' ? { id: username } : false)
    }) as never,
  )
  passport.registerUserSerializer(async (user: { id: string }) => user.id)
  passport.registerUserDeserializer(async (id: string) => ({ id }))
  app.get('/token', async (_request, reply) => ({ token: reply.generateCsrf() }))
  app.post(
    '/login',
    {
      onRequest: app.csrfProtection,
      preValidation: passport.authenticate('local', { authInfo: false }),
    },
    async (request) => {
      request.flash('info', 'Welcome')
      return { user: (request.user as { id: string }).id }
    },
  )
  app.get('/me', async (request, reply) => ({
    user: (request.user as { id: string } | null)?.id ?? null,
    messages: reply.flash('info'),
  }))
  app.get('/count', async ({ session }) => {
    session.views = (session.views ?? 0) + 1
    return session.views
  })
  app.get('/logout', async (request) => {
    await request.logOut()
    return {}
  })
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  const cookies = new Map<string, string>()
  const ask = async (path: string, payload?: object, headers: Record<string, string> = {}) => {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const response = await fetch(url + path, {
      headers: { cookie, ...(payload && { 'content-type': 'application/json' }), ...headers },
      ...(payload !== undefined && { method: 'POST', body: JSON.stringify(payload) }),
    })
    for (const text of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(text) ?? []
      cookies.set(name, value)
    }
    return { status: response.status, body: await response.json() }
  }
  try {
    const credentials = { username: 'ada', password: 'right' }
    expect((await ask('/login', credentials)).status).toBe(403)
    const { token } = (await ask('/token')).body as { token: string }
    const { status, body } = await ask('/login', credentials, { 'csrf-token': token })
    expect([status, body]).toEqual([200, { user: 'ada' }])
    expect((await ask('/me')).body).toEqual({ user: 'ada', messages: ['Welcome'] })
    expect((await ask('/me')).body).toEqual({ user: 'ada', messages: [] })
    expect(await app.sessionStore.listSessions('ada')).toHaveLength(1)
    // Traffic goes on while each master is replaced: each answer is one more.
    let isOver = false
    let views = 0
    const traffic = (async () => {
      while (!isOver) expect((await ask('/count')).body).toBe(++views)
    })()
    for (const name of fleet.masters) {
      const master = fleet.master(name)
      await fleet.failover(name)
      await fleet.waitForMaster(name, { not: master })
    }
    isOver = true
    await traffic
    expect((await ask('/me')).body).toEqual({ user: 'ada', messages: [] })
    await ask('/logout')
    expect((await ask('/me')).body).toEqual({ user: null, messages: [] })
  } finally {
    await app.close()
  }
})

test('Fastify over HTTP/2 keeps its sessions', async () => {
  const app = fastify({ http2: true })
  await addSessions(app as unknown as FastifyInstance)
  app.get('/', async ({ session }) => {
    session.views = (session.views ?? 0) + 1
    return { views: session.views }
  })
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  const client = connect(url)
  const get = (cookie?: string) => {
    const stream = client.request({ ':path': '/', ...(cookie !== undefined && { cookie }) })
    return new Promise<{ text: string; cookie: string | undefined }>((resolve, reject) => {
      let text = ''
      let sent: string | undefined
      stream
        .setEncoding('utf8')
        .on('response', (headers) => {
          sent = headers['set-cookie']?.[0]?.split(';', 1)[0]
        })
        .on('data', (chunk) => {
          text += chunk
        })
        .on('end', () => resolve({ text, cookie: sent }))
        .on('error', reject)
        .end()
    })
  }
  try {
    const first = await get()
    expect(first.text).toBe('{"views":1}')
    expect((await get(first.cookie)).text).toBe('{"views":2}')
  } finally {
    client.destroy()
    await app.close()
  }
})
