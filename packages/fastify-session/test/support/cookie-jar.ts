import type { FastifyInstance } from 'fastify'

export interface Answer {
  readonly status: number
  readonly body: unknown
  /** The Set-Cookie headers. */
  readonly sent: readonly string[]
}

/** Keeps the cookies that an application sends, as a browser does. */
export class CookieJar {
  readonly cookies = new Map<string, string>()
  readonly #app: FastifyInstance

  constructor(app: FastifyInstance) {
    this.#app = app
  }

  async get(url: string, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const response = await this.#app.inject({ url, headers: { ...headers, cookie } })
    const sent = [response.headers['set-cookie'] ?? []].flat()
    for (const line of sent) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      if (value === '') this.cookies.delete(name)
      else this.cookies.set(name, value)
    }
    return { status: response.statusCode, body: response.json(), sent }
  }
}
