import { createHmac, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { CookieOptions, SessionData } from 'express-session'
import { Cookie } from './express-session-classes.js'

/** What express-session's middleware takes for its cookie. */
export interface SessionCookiesOptions {
  readonly name: string
  /** The first signs, all verify. */
  readonly secrets: readonly string[]
  readonly cookie: CookieOptions | ((req: IncomingMessage) => CookieOptions)
  /** Whether `X-Forwarded-Proto` is believed; undefined: as Express says in `req.secure`. */
  readonly proxy: boolean | undefined
}

/** Ids that were verified lately: they are not signed anew for each request and each response. */
const REMEMBERED = 1_000

/** Reads and writes session cookies as express-session does: `s:` + id + `.` + HMAC-SHA256. */
export class SessionCookies {
  readonly #options: SessionCookiesOptions
  readonly #verified = new Map<string, string>()
  /** What the first secret makes of an id, of those that came so. */
  readonly #signed = new Map<string, string>()
  #configured: SessionData['cookie'] | undefined

  constructor(options: SessionCookiesOptions) {
    this.#options = options
  }

  /** The id that the request's cookie has a valid signature for. */
  read({ headers }: IncomingMessage): string | undefined {
    const value = cookieValue(this.#options.name, headers.cookie)
    if (value === undefined || !value.startsWith('s:')) return undefined
    const known = this.#verified.get(value)
    if (known !== undefined) return known
    const end = value.lastIndexOf('.')
    const id = value.slice(2, end)
    if (end < 2 || !this.#options.secrets.some((secret) => isEqual(value, signed(id, secret)))) {
      return undefined
    }
    if (this.#verified.size >= REMEMBERED) {
      this.#verified.clear()
      this.#signed.clear()
    }
    this.#verified.set(value, id)
    if (value === this.#sign(id)) this.#signed.set(id, value)
    return id
  }

  /** What the application wants of the cookie for this request. */
  optionsFor(req: IncomingMessage): CookieOptions {
    const { cookie } = this.#options
    return typeof cookie === 'function' ? cookie(req) : cookie
  }

  /** What {@link create} makes, to be looked at only: where it is the same for all requests, it is made once. */
  configured(req: IncomingMessage): SessionData['cookie'] {
    if (this.#configured !== undefined) return this.#configured
    const cookie = this.create(req)
    const { secure, sameSite } = this.optionsFor(req)
    const isSameForAll =
      typeof this.#options.cookie !== 'function' &&
      secure !== 'auto' &&
      (sameSite as unknown) !== 'auto'
    if (isSameForAll) this.#configured = cookie
    return cookie
  }

  /** A new session's. */
  create(req: IncomingMessage): SessionData['cookie'] {
    const options = this.optionsFor(req)
    const cookie = new Cookie(options)
    if (options.secure === 'auto') cookie.secure = this.isSecure(req)
    if ((options.sameSite as unknown) === 'auto') {
      cookie.sameSite = this.isSecure(req) ? 'none' : 'lax'
    }
    return cookie
  }

  isSecure(req: IncomingMessage): boolean {
    if ((req.socket as { encrypted?: boolean } | null)?.encrypted === true) return true
    const { proxy } = this.#options
    if (proxy === false) return false
    if (proxy !== true) return (req as { secure?: unknown }).secure === true
    const [protocol = ''] = String(req.headers['x-forwarded-proto'] ?? '').split(',')
    return protocol.trim().toLowerCase() === 'https'
  }

  /** Adds the cookie to the response, unless it is to be sent over HTTPS only and this is not. */
  set(req: IncomingMessage, res: ServerResponse, id: string, cookie: SessionData['cookie']): void {
    if (cookie.secure && !this.isSecure(req)) return
    const value = this.#signed.get(id) ?? this.#sign(id)
    const header = (cookie as InstanceType<typeof Cookie>).serialize(this.#options.name, value)
    const before = res.getHeader('Set-Cookie')
    res.setHeader(
      'Set-Cookie',
      before === undefined ? [header] : [before, header].flat().map(String),
    )
  }

  #sign(id: string): string {
    return signed(id, this.#options.secrets[0] ?? '')
  }
}

function signed(id: string, secret: string): string {
  const signature = createHmac('sha256', secret).update(id).digest('base64')
  return `s:${id}.${signature.replace(/=+$/, '')}`
}

function isEqual(given: string, expected: string): boolean {
  const [one, other] = [Buffer.from(given), Buffer.from(expected)]
  return one.length === other.length && timingSafeEqual(one, other)
}

/** The first cookie of that name, decoded. */
function cookieValue(name: string, header: string | undefined): string | undefined {
  if (header === undefined) return undefined
  for (let start = 0; start < header.length; ) {
    let end = header.indexOf(';', start)
    if (end < 0) end = header.length
    const equals = header.indexOf('=', start)
    if (equals > 0 && equals < end && header.slice(start, equals).trim() === name) {
      const value = header.slice(equals + 1, end).trim()
      return decoded(value.startsWith('"') ? value.slice(1, -1) : value)
    }
    start = end + 1
  }
  return undefined
}

function decoded(value: string): string {
  if (!value.includes('%')) return value
  try {
    return decodeURIComponent(value)
  } catch {
    return value
  }
}
