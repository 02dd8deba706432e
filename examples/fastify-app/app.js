import disredisSession from '@disredis/fastify-session'
import Fastify from 'fastify'

const sentinels = process.env.SENTINELS ?? '127.0.0.1:26379,127.0.0.1:26380,127.0.0.1:26381'

const app = Fastify()
await app.register(disredisSession, {
  sentinels,
  // Name, prefix and secret are those of the Express app: whoever is logged in there is logged in here.
  cookieName: 'sid',
  cookiePrefix: 's:',
  secret: process.env.SESSION_SECRET ?? 'a secret of at least 32 characters',
  cookie: { secure: false },
})

app.post('/login/:user', async (request) => {
  await app.sessionStore.login(request, request.params.user, { cart: [] })
  return `Hello ${request.params.user}\n`
})
app.post('/cart/:item', async (request, reply) => {
  if (request.session.userId === undefined) return reply.code(401).send('Log in first\n')
  request.session.cart = [...request.session.cart, request.params.item]
  return request.session.cart
})
app.get('/', async ({ session }) => ({ user: session.userId ?? null, cart: session.cart ?? [] }))
app.post('/logout-everywhere', async ({ session }) => {
  if (session.userId !== undefined) await app.sessionStore.logoutEverywhere(session.userId)
  return 'Good bye\n'
})

console.log(`listening on ${await app.listen({ port: Number(process.env.PORT ?? 3001) })}`)
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => app.close())
