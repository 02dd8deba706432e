export { disredisSession as default, disredisSession } from './disredis-session.js'
export {
  DisredisStore,
  type DisredisStoreOptions,
  type FastifyPolicy,
  type StoredSession,
} from './disredis-store.js'
export type { DisredisSessionOptions } from './plugin-options.js'
