import type { CookieInput } from '../payload/session-cookie.js'

/**
 * Looks at the cookies of sessions that are saved: in production (`NODE_ENV`), the first one that is
 * not both Secure and HttpOnly makes a process warning with the code `DISREDIS_INSECURE_COOKIE`.
 */
export class CookieWarning {
  readonly #detail: string
  #isOver = process.env.NODE_ENV !== 'production'

  /** @param detail what to do about it, in the framework's words */
  constructor(detail: string) {
    this.#detail = detail
  }

  check(cookie: CookieInput | undefined): void {
    if (this.#isOver || cookie === undefined) return
    const { secure, httpOnly } = cookie as { secure?: unknown; httpOnly?: unknown }
    const isSecure = secure === true || secure === 'auto'
    if (isSecure && httpOnly === true) return
    this.#isOver = true
    const missing = [...(isSecure ? [] : ['Secure']), ...(httpOnly === true ? [] : ['HttpOnly'])]
    process.emitWarning(`The session cookie is not ${missing.join(' and not ')}`, {
      type: 'SecurityWarning',
      code: 'DISREDIS_INSECURE_COOKIE',
      detail: this.#detail,
    })
  }
}
