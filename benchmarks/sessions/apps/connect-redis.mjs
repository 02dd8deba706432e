import { RedisStore } from 'connect-redis'
import session from 'express-session'
import { createClient } from 'redis'
import { cookie, secret } from './serve-express.mjs'

/** On one server, as its README has it. */
export async function connectRedis({ redis: { host, port } }) {
  const client = createClient({ socket: { host, port } })
  await client.connect()
  const store = new RedisStore({ client, prefix: 'connect:' })
  return session({ store, secret, cookie, resave: false, saveUninitialized: false })
}
