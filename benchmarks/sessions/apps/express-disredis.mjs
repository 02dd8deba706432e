import { DisredisStore } from '@disredis/express-session'
import { serveExpress } from './serve-express.mjs'

/**
 * Over all masters.
 * @param {(store: DisredisStore) => import('express').RequestHandler[]} middleware
 */
export async function start({ sentinels }, middleware = () => []) {
  const store = new DisredisStore({ sentinels })
  return serveExpress(store, ...middleware(store))
}
