import { randomBytes } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { SessionOptionError } from '@disredis/session-store'
import type { SessionOptions } from 'express-session'
import { SessionCookies, type SessionCookiesOptions } from './session-cookies.js'
import type { DisredisStoreOptions } from './store-options.js'

/**
 * Options of express-session, except its store, and of `DisredisStore`, side by side. `name` is the
 * cookie's; the masters of a client are its option `masters`. All times are whole numbers of ms.
 */
export type DisredisSessionOptions = Omit<SessionOptions, 'store' | 'secret'> &
  DisredisStoreOptions & {
    /** Signs the cookies. Of several the first signs and all are accepted. */
    readonly secret: string | readonly string[]
  }

export interface ResolvedSessionOptions {
  readonly store: DisredisStoreOptions
  readonly cookies: SessionCookies
  readonly generateId: (req: IncomingMessage) => string
  readonly rolling: boolean
  readonly saveUninitialized: boolean
  readonly unset: 'keep' | 'destroy'
}

/** @throws SessionOptionError that names the option, what it got and what it takes. */
export function resolveSessionOptions(options: DisredisSessionOptions): ResolvedSessionOptions {
  if (typeof options !== 'object' || options === null) {
    throw new SessionOptionError('Give `sentinels: [...]`, or an existing client, and a `secret`')
  }
  const {
    cookie,
    genid,
    name,
    proxy,
    resave,
    rolling,
    saveUninitialized,
    secret,
    unset,
    ...store
  } = options
  if ('store' in store) {
    throw new SessionOptionError(
      'Option store is given; disredisSession creates its own, see .store',
    )
  }
  flag('resave', resave)
  const cookieName: unknown = name ?? 'connect.sid'
  if (typeof cookieName !== 'string' || !/^[\w!#$%&'*.^`|~+-]+$/.test(cookieName)) {
    throw refused('name', cookieName, 'the name of a cookie')
  }
  if (genid !== undefined && typeof genid !== 'function') {
    throw refused('genid', genid, 'a function that makes session ids')
  }
  if (unset !== undefined && unset !== 'keep' && unset !== 'destroy') {
    throw refused('unset', unset, "'keep' or 'destroy'")
  }
  const cookieOptions: unknown = cookie ?? {}
  if (cookieOptions === null || !['object', 'function'].includes(typeof cookieOptions)) {
    throw refused('cookie', cookie, "a cookie's options, or a function of the request")
  }
  return {
    store: store as DisredisStoreOptions,
    cookies: new SessionCookies({
      name: cookieName,
      secrets: secretsOf(secret),
      cookie: cookieOptions as SessionCookiesOptions['cookie'],
      proxy: proxy === undefined ? undefined : flag('proxy', proxy),
    }),
    generateId: (genid as ((req: IncomingMessage) => string) | undefined) ?? generateId,
    rolling: flag('rolling', rolling),
    saveUninitialized: flag('saveUninitialized', saveUninitialized),
    unset: unset ?? 'keep',
  }
}

/** 192 bits. */
function generateId(): string {
  return randomBytes(24).toString('base64url')
}

function secretsOf(secret: unknown): readonly string[] {
  const secrets: unknown[] = Array.isArray(secret) ? [...secret] : [secret]
  const isEach = secrets.every((one) => typeof one === 'string' && one !== '')
  if (secrets.length > 0 && isEach) return secrets as string[]
  // Never what was given: it may be nearly one.
  throw new SessionOptionError('Option secret takes a non-empty string, or a list of them')
}

function flag(option: string, value: unknown): boolean {
  if (value === undefined || typeof value === 'boolean') return value ?? false
  throw refused(option, value, 'true or false')
}

function refused(option: string, value: unknown, takes: string): SessionOptionError {
  const got = typeof value === 'string' || typeof value === 'number' ? value : typeof value
  return new SessionOptionError(`Option ${option} is ${got}; it takes ${takes}`)
}
