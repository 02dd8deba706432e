import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'

const cookie = 'disredis-demo-operator'

/**
 * Who started the demo, and may break things: whoever came by the printed address. The token in it
 * becomes a cookie that no script can read, and each action needs a second secret that only a page of
 * this origin can read.
 */
export class Operator {
  /** Stands in the printed address. */
  readonly token = randomBytes(16).toString('base64url')
  readonly #key = randomBytes(32)
  readonly #cookieName: string

  /** @param port cookies do not know ports: two demos on one machine are told apart by it */
  constructor(port: number) {
    this.#cookieName = `${cookie}-${port}`
  }

  /** Proves to this server alone that the request comes from a page that it served. */
  get csrf(): string {
    return this.#sign('csrf')
  }

  isToken(given: string): boolean {
    return isSame(given, this.token)
  }

  /** The value of `Set-Cookie` for who gave the token. */
  get setCookie(): string {
    return `${this.#cookieName}=${this.#sign('cookie')}; Path=/; HttpOnly; SameSite=Strict`
  }

  isOperator({ headers }: IncomingMessage): boolean {
    const value = (headers.cookie ?? '')
      .split(/; */)
      .find((one) => one.startsWith(`${this.#cookieName}=`))
      ?.slice(this.#cookieName.length + 1)
    return value !== undefined && isSame(value, this.#sign('cookie'))
  }

  /** @returns why the request may not act; undefined: it may */
  whyNotActing(request: IncomingMessage): string | undefined {
    if (!this.isOperator(request)) {
      return 'Only who started the demo may do that: open the address that it printed.'
    }
    const given = request.headers['x-csrf-token']
    if (typeof given === 'string' && isSame(given, this.csrf)) return undefined
    return 'The page is of another start of the demo: load it again.'
  }

  #sign(purpose: string): string {
    return createHmac('sha256', this.#key).update(purpose).digest('base64url')
  }
}

function isSame(a: string, b: string): boolean {
  const [one, other] = [Buffer.from(a), Buffer.from(b)]
  return one.length === other.length && timingSafeEqual(one, other)
}
