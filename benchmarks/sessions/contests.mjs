/**
 * Who is compared with whom, with itself where the near cache is on (`near`), and with the same application
 * without sessions (`bare`): modules of `apps/`, each of which exports
 * `start({ sentinels, redis: { host, port } })`, which resolves to the port on which it serves
 * `/visit`, `/login?user=`, `/read` and `/write`.
 */
export const contests = [
  {
    name: 'Express 5: connect-redis with node-redis on one server',
    app: 'express-disredis',
    near: 'express-disredis-near',
    peer: 'express-connect-redis',
    bare: 'express-bare',
  },
  {
    name: 'Express 4: the same',
    app: 'express-4-disredis',
    near: 'express-4-disredis-near',
    peer: 'express-4-connect-redis',
    bare: 'express-4-bare',
  },
  {
    name: 'Fastify: @mgcrea/fastify-session-redis-store on one server',
    app: 'fastify-disredis',
    near: 'fastify-disredis-near',
    peer: 'fastify-mgcrea',
    bare: 'fastify-bare',
  },
]

/** `begin` makes each connection's session; `path` is what is measured. */
export const cases = [
  { name: 'unchanged session, nobody logged in', begin: '/visit', path: '/read' },
  { name: 'unchanged session of a user', begin: '/login', path: '/read' },
  { name: 'session of a user, changed by each request', begin: '/login', path: '/write' },
]
