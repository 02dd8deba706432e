import type { SiteSession } from './site-session.js'

declare module 'express-session' {
  interface SessionData extends SiteSession {}
}

declare module 'fastify' {
  interface Session extends SiteSession {}
}
