import type { CookieInput } from '../session-cookie.js'

/** Warns once, in production, of a session cookie that scripts or eavesdroppers can read. */
export class CookieWarning {
  #isDue: boolean

  /** @param environment default: NODE_ENV */
  constructor(environment: string | undefined = process.env.NODE_ENV) {
    this.#isDue = environment === 'production'
  }

  /** @param cookie of a session that is saved */
  check(cookie: CookieInput | undefined): void {
    if (!this.#isDue || cookie === undefined) return
    const { secure, httpOnly } = cookie as { secure?: unknown; httpOnly?: unknown }
    const missing = [...(secure ? [] : ['Secure']), ...(httpOnly ? [] : ['HttpOnly'])]
    if (missing.length === 0) return
    this.#isDue = false
    process.emitWarning(
      `The session cookie is sent without ${missing.join(' and ')}: set the options \`cookie.secure\` and \`cookie.httpOnly\`, and trust your proxy if it is the one that speaks TLS`,
      { type: 'SecurityWarning', code: 'DISREDIS_SESSION_COOKIE' },
    )
  }
}
