import { start as startDirect } from './fastify-disredis.mjs'

export const start = (where) => startDirect(where, { nearCache: { maxAge: 60_000 } })
