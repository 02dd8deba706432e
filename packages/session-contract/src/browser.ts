import { createHmac } from 'node:crypto'
import { type Agent, get } from 'node:http'
import { CONTRACT_COOKIE, CONTRACT_SECRET } from './subject.js'

export interface Answer {
  readonly status: number
  /** The JSON that was sent. */
  readonly body: unknown
  /** The session cookie that came with it. */
  readonly cookie: string | undefined
  /** The whole header that it came in. */
  readonly setCookie: string | undefined
}

/** A browser: sends its session cookie, takes over the one that it is sent. */
export class Browser {
  /** As it stands in the header: URL-encoded. */
  cookie: string | undefined
  readonly #url: string
  readonly #agent: Agent

  constructor(url: string, agent: Agent, cookie?: string) {
    this.#url = url
    this.#agent = agent
    this.cookie = cookie
  }

  /** One more window with the same cookie, which from now on goes its own way. */
  fork(): Browser {
    return new Browser(this.#url, this.#agent, this.cookie)
  }

  async get(path: string): Promise<Answer> {
    const headers = this.cookie === undefined ? {} : { cookie: `${CONTRACT_COOKIE}=${this.cookie}` }
    const answer = await new Promise<Answer>((resolve, reject) => {
      get(`${this.#url}${path}`, { agent: this.#agent, headers }, (response) => {
        let text = ''
        response
          .setEncoding('utf8')
          .on('data', (chunk: string) => {
            text += chunk
          })
          .on('end', () => {
            const [cookie, setCookie] = sessionCookie(response.headers['set-cookie'])
            try {
              const body: unknown = text === '' ? undefined : JSON.parse(text)
              resolve({ status: response.statusCode ?? 0, body, cookie, setCookie })
            } catch {
              reject(new Error(`No JSON from ${path}: ${text}`))
            }
          })
          .on('error', reject)
      }).on('error', reject)
    })
    this.cookie = answer.cookie ?? this.cookie
    return answer
  }

  /** Asks, and goes away when `moment` has come: its connection is cut. */
  async leave(path: string, moment: Promise<void>): Promise<void> {
    const headers = { cookie: `${CONTRACT_COOKIE}=${this.cookie}` }
    const request = get(`${this.#url}${path}`, { agent: false, headers })
    const isCut = new Promise<void>((resolve) => request.once('close', () => resolve()))
    // Cut before there was an answer.
    request.on('error', () => undefined)
    await moment
    request.destroy()
    await isCut
  }

  /** The result of a request that must succeed. */
  async result(path: string): Promise<unknown> {
    const { status, body } = await this.get(path)
    if (status !== 200) throw new Error(`${path} answers ${status}: ${JSON.stringify(body)}`)
    return body
  }
}

/** The cookie of an id, as the application signs it. */
export function signedCookie(id: string): string {
  const signature = createHmac('sha256', CONTRACT_SECRET).update(id).digest('base64')
  return encodeURIComponent(`s:${id}.${signature.replace(/=+$/, '')}`)
}

function sessionCookie(
  headers: readonly string[] | undefined,
): [value: string | undefined, header: string | undefined] {
  const start = `${CONTRACT_COOKIE}=`
  const header = headers?.findLast((line) => line.startsWith(start))
  const value = header?.slice(start.length).split(';', 1)[0]
  return [value === '' ? undefined : value, header]
}
