import type { SessionHandle, SessionLock } from '@disredis/session-store'

/**
 * What the store knows of a session object. @fastify/session copies loaded fields into an object of
 * its own, and a regenerated session is another object again; all of them share one origin, because
 * it rides where @fastify/session hands things on: in the cookie that `get` answers, and from there in
 * the session's cookie options.
 */
export interface SessionOrigin {
  /** The id that the handle stands for. */
  id?: string
  /** What the session was loaded or last saved as. */
  handle?: SessionHandle
  /** Held by the request: saves of that session are refused when it is lost. */
  lock?: { readonly id: string; readonly held: SessionLock }
  /** The next save is a login. */
  isLogin?: boolean
}

const ORIGIN = Symbol('disredis.origin')

interface Carrier {
  [ORIGIN]?: SessionOrigin
}

/** The cookie of a loaded session, with what it was loaded as. */
export function withOrigin<Cookie extends object>(cookie: Cookie, origin: SessionOrigin): Cookie {
  return { ...cookie, [ORIGIN]: origin }
}

/**
 * The origin of a session, or a new one that it has from now on. A plain object that nobody loaded has
 * nothing to carry one: each save of it begins anew.
 *
 * @throws TypeError for a session object of a @fastify/session that keeps no cookie options.
 */
export function originOf(session: object): SessionOrigin {
  const carrier: Carrier | undefined = cookieOptionsOf(session) ?? loadedCookieOf(session)
  if (carrier === undefined) return {}
  carrier[ORIGIN] ??= {}
  return carrier[ORIGIN]
}

function cookieOptionsOf(session: object): Carrier | undefined {
  const key = Object.getOwnPropertySymbols(session).find(
    (symbol) => symbol.description === 'cookieOpts',
  )
  const options: unknown = key && (session as Record<symbol, unknown>)[key]
  if (typeof options === 'object' && options !== null) return options
  if (!('encryptedSessionId' in session)) return undefined
  throw new TypeError(
    'This version of @fastify/session is not supported: take 11.1.3 or a later 11',
  )
}

function loadedCookieOf(session: object): Carrier | undefined {
  const { cookie } = session as { cookie?: Carrier | null }
  return cookie?.[ORIGIN] === undefined ? undefined : cookie
}
