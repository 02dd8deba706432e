import { start as startStore } from './express-disredis.mjs'

/** No response before the session is saved, which the peer does not give. */
export const start = (where) => startStore(where, (store) => [store.saveFirst()])
