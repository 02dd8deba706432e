/** In place of sessions: what the application costs without them. */
export function bareSession(req, res, next) {
  req.session = { cart: ['tea', 'coffee'], views: 0, regenerate: (done) => done() }
  res.setHeader('Set-Cookie', 'bare=1; Path=/')
  next()
}
