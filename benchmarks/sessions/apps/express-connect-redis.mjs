import { RedisStore } from 'connect-redis'
import { createClient } from 'redis'
import { serveExpress } from './serve-express.mjs'

/** On one server. */
export async function start({ redis: { host, port } }) {
  const client = createClient({ socket: { host, port } })
  await client.connect()
  return serveExpress(new RedisStore({ client, prefix: 'connect:' }))
}
