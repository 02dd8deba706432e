import session, { type CookieOptions, type SessionData } from 'express-session'
import type { StoreRequest } from './middleware.js'

/** express-session's cookie, with the argument that its declarations leave out. */
export const Cookie = session.Cookie as unknown as new (
  options?: CookieOptions,
) => SessionData['cookie'] & {
  /** The value of a `Set-Cookie` header. */
  serialize(name: string, value: string): string
}

/** express-session's session, whose constructor its declarations hide. */
export const Session = session.Session as unknown as new (
  req: StoreRequest,
  data?: SessionData,
) => session.Session & { readonly req: StoreRequest }
