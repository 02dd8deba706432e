import { once } from 'node:events'

export const secret = 'the secret of a benchmark'
export const cookie = { maxAge: 3_600_000 }
export const nearCache = { maxAge: 60_000 }

/**
 * The same application whatever keeps its sessions.
 * @param {import('express').Express} app of Express 4 or 5
 * @param {import('express').RequestHandler} sessions
 * @returns its port
 */
export async function serveExpress(app, sessions) {
  app.disable('x-powered-by').disable('etag')
  app.use(sessions)
  app.get('/visit', (req, res) => {
    req.session.cart = ['tea', 'coffee']
    req.session.views = 0
    res.json({ views: 0 })
  })
  app.get('/login', (req, res, next) => {
    req.session.regenerate((error) => {
      if (error) return next(error)
      Object.assign(req.session, { userId: req.query.user, cart: ['tea', 'coffee'], views: 0 })
      res.json({ views: 0 })
    })
  })
  app.get('/read', (req, res) => {
    if (req.session.cart === undefined) throw new Error('The session was lost')
    res.json({ views: req.session.views })
  })
  app.get('/write', (req, res) => {
    if (req.session.cart === undefined) throw new Error('The session was lost')
    req.session.views++
    res.json({ views: req.session.views })
  })
  const server = app.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return server.address().port
}
