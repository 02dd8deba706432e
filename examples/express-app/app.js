import { disredisSession } from '@disredis/express-session'
import express from 'express'

const sessions = disredisSession({
  sentinels: process.env.SENTINELS ?? '127.0.0.1:26379,127.0.0.1:26380,127.0.0.1:26381',
  // Name and secret are those of the Fastify app: whoever is logged in here is logged in there.
  name: 'sid',
  secret: process.env.SESSION_SECRET ?? 'a secret of at least 32 characters',
})
const { store } = sessions

const app = express()
app.use(sessions)

app.post('/login/:user', async (req, res) => {
  await store.login(req, req.params.user, { cart: [] })
  res.send(`Hello ${req.params.user}\n`)
})
app.post('/cart/:item', (req, res) => {
  if (req.session.userId === undefined) return res.status(401).send('Log in first\n')
  req.session.cart = [...req.session.cart, req.params.item]
  return res.json(req.session.cart)
})
app.get('/', (req, res) => {
  res.json({ user: req.session.userId ?? null, cart: req.session.cart ?? [] })
})
app.post('/logout-everywhere', async (req, res) => {
  if (req.session.userId !== undefined) await store.logoutEverywhere(req.session.userId)
  res.send('Good bye\n')
})

const server = app.listen(Number(process.env.PORT ?? 3000), () => {
  console.log(`listening on http://127.0.0.1:${server.address().port}`)
})
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => {
    server.close(() => sessions.close())
    server.closeAllConnections()
  })
}
