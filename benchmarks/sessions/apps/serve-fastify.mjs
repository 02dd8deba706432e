/**
 * The same routes whatever keeps the sessions.
 * @param {import('fastify').FastifyInstance} app with its session plugin
 * @param {{ get(session, name): unknown, set(session, values): void, login(request, user, values): Promise<void> }} how
 * @returns its port
 */
export async function serveFastify(app, { get, set, login }) {
  const read = (request) => {
    if (get(request.session, 'cart') === undefined) throw new Error('The session was lost')
    return get(request.session, 'views')
  }
  app.get('/visit', async (request) => {
    set(request.session, { cart: ['tea', 'coffee'], views: 0 })
    return { views: 0 }
  })
  app.get('/login', async (request) => {
    await login(request, request.query.user, { cart: ['tea', 'coffee'], views: 0 })
    return { views: 0 }
  })
  app.get('/read', async (request) => ({ views: read(request) }))
  app.get('/write', async (request) => {
    const views = read(request) + 1
    set(request.session, { views })
    return { views }
  })
  await app.listen({ port: 0, host: '127.0.0.1' })
  return app.server.address().port
}

export const secret = 'the secret of a benchmark, long enough'
