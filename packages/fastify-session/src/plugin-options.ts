import { getHashes } from 'node:crypto'
import { SessionOptionError } from '@disredis/session-store'
import type { CookieOptions, FastifySessionOptions } from '@fastify/session'
import type { DisredisStoreOptions } from './disredis-store.js'

/**
 * Options of the plugin, all at one level: those of {@link DisredisStoreOptions}, and those of
 * @fastify/session.
 */
export type DisredisSessionOptions = DisredisStoreOptions & Omit<FastifySessionOptions, 'store'>

/** What @fastify/session takes; the compiler misses none. */
const SESSION_OPTIONS: Readonly<Record<keyof Omit<FastifySessionOptions, 'store'>, true>> = {
  secret: true,
  algorithm: true,
  cookieName: true,
  cookie: true,
  cookiePrefix: true,
  saveUninitialized: true,
  rolling: true,
  idGenerator: true,
}

/** What Fastify itself reads of any plugin's options. */
const FASTIFY_OPTIONS = ['logLevel', 'logSerializers']

const COOKIE_DEFAULTS = {
  path: '/',
  httpOnly: true,
  secure: 'auto',
  sameSite: 'lax',
} as const satisfies CookieOptions

const SHORTEST_SECRET = 32

export interface PluginOptions {
  readonly store: DisredisStoreOptions
  readonly session: Omit<FastifySessionOptions, 'store'>
}

/**
 * Tells the options of the store from those of @fastify/session, with this plugin's defaults.
 *
 * @throws SessionOptionError
 */
export function resolvePluginOptions(options: DisredisSessionOptions): PluginOptions {
  if ('store' in options) {
    throw new SessionOptionError(
      'Option store is unknown; the plugin creates the store. To register @fastify/session yourself, give it a DisredisStore',
    )
  }
  const own = new Set([...Object.keys(SESSION_OPTIONS), ...FASTIFY_OPTIONS])
  const entries = Object.entries(options)
  const session = Object.fromEntries(
    entries.filter(([name]) => Object.hasOwn(SESSION_OPTIONS, name)),
  ) as unknown as FastifySessionOptions
  const store = Object.fromEntries(entries.filter(([name]) => !own.has(name)))
  checkSecret(session.secret)
  checkAlgorithm(session.algorithm)
  checkCookie(session.cookie)
  const cookie = { ...COOKIE_DEFAULTS, ...session.cookie }
  return {
    store: store as unknown as DisredisStoreOptions,
    session: { saveUninitialized: false, ...session, cookie },
  }
}

function checkSecret(secret: unknown): void {
  const { sign, unsign } = (secret ?? {}) as { sign?: unknown; unsign?: unknown }
  if (typeof sign === 'function' && typeof unsign === 'function') return
  const [first, ...older]: unknown[] = Array.isArray(secret) ? secret : [secret]
  // Older ones only verify: they are as long as they are.
  if (isText(first, SHORTEST_SECRET) && older.every((text) => isText(text, 1))) return
  throw new SessionOptionError(
    `Option secret takes a string of at least ${SHORTEST_SECRET} characters, an array of which the first one signs and all verify, or a signer`,
  )
}

function isText(value: unknown, shortest: number): boolean {
  return typeof value === 'string' && value.length >= shortest
}

function checkAlgorithm(algorithm: string | undefined): void {
  if (algorithm === undefined || getHashes().includes(algorithm)) return
  throw new SessionOptionError(
    `Option algorithm is ${algorithm}; it takes a hash that this Node.js supports, such as sha256`,
  )
}

function checkCookie(cookie: unknown): void {
  if (cookie === undefined) return
  if (typeof cookie !== 'object' || cookie === null) {
    throw new SessionOptionError(`Option cookie is ${typeof cookie}; it takes an object`)
  }
  const { maxAge } = cookie as { maxAge?: unknown }
  if (maxAge === undefined || (Number.isSafeInteger(maxAge) && Number(maxAge) > 0)) return
  throw new SessionOptionError(
    `Option cookie.maxAge is ${String(maxAge)}; it takes a whole number of ms of at least 1`,
  )
}
