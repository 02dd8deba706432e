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
  /** The next save is the first one after a login. */
  isLogin?: boolean
}

const ORIGIN = Symbol('disredis.origin')

interface Carrier {
  [ORIGIN]?: SessionOrigin
}

/** The cookie of a loaded session, with what it was loaded as. */
export function withOrigin<Cookie extends object>(cookie: Cookie, origin: SessionOrigin): Cookie {
  ;(cookie as Carrier)[ORIGIN] = origin
  return cookie
}

/**
 * The origin of a session, or a new one that it has from now on. A plain object that nobody loaded has
 * nothing to carry one: each save of it begins anew.
 *
 * @throws TypeError for a session object of a @fastify/session that keeps no cookie options.
 */
export function originOf(session: object): SessionOrigin {
  const carrier = carrierOf(session)
  if (carrier === undefined) return {}
  carrier[ORIGIN] ??= {}
  return carrier[ORIGIN]
}

/**
 * The session seen with other fields. What is regenerated from it succeeds to the session and is saved
 * as a login; the session itself, and its origin, stay what they are.
 */
export function asLogin<Session extends object>(session: Session, fields: object): Session {
  const key = cookieOptionsKey(session)
  if (key === undefined) throw unsupported()
  const origin: SessionOrigin = { ...originOf(session), isLogin: true }
  const cookieOptions = { ...(session as Carriers)[key], [ORIGIN]: origin }
  return Object.assign(Object.create(session), fields, { [key]: cookieOptions })
}

type Carriers = Record<symbol, Carrier | undefined>

function carrierOf(session: object): Carrier | undefined {
  const key = cookieOptionsKey(session)
  if (key !== undefined) return (session as Carriers)[key]
  if ('encryptedSessionId' in session) throw unsupported()
  const { cookie } = session as { cookie?: Carrier | null }
  return cookie?.[ORIGIN] === undefined ? undefined : cookie
}

/** That of the last session: one @fastify/session has one, and to look for it takes long. */
let lastKey: symbol | undefined

function cookieOptionsKey(session: object): symbol | undefined {
  if (lastKey !== undefined && Object.hasOwn(session, lastKey)) return lastKey
  const symbols = Object.getOwnPropertySymbols(session)
  const key = symbols.find(({ description }) => description === 'cookieOpts')
  lastKey = key ?? lastKey
  return key
}

function unsupported(): TypeError {
  return new TypeError(
    'This version of @fastify/session is not supported: use 11.1.3 or a later 11',
  )
}
