import { DisredisStore } from '@disredis/express-session'
import { serveExpress } from './serve-express.mjs'

/** Over all masters. */
export async function start({ sentinels }) {
  const store = new DisredisStore({ sentinels })
  const app = await serveExpress(store)
  return {
    port: app.port,
    async close() {
      await app.close()
      await store.close()
    },
  }
}
