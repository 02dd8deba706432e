import type { SessionView } from '../src/site/session-facts.js'

export interface Answer extends Partial<SessionView> {
  readonly status: number
  readonly said?: string
}

/** A browser with cookies and without a window. */
export class Visitor {
  readonly #origin: string
  readonly #cookies = new Map<string, string>()

  constructor(origin: string) {
    this.#origin = origin
  }

  async fetch(path: string, init: RequestInit = {}): Promise<Response> {
    const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const headers = new Headers(init.headers)
    if (cookie !== '') headers.set('cookie', cookie)
    const url = new URL(path, this.#origin)
    const response = await fetch(url, { redirect: 'manual', ...init, headers })
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      if (value === '') this.#cookies.delete(name)
      else this.#cookies.set(name, value)
    }
    return response
  }

  async get(path: string): Promise<Answer> {
    return answerOf(await this.fetch(path))
  }

  async list<Item>(path: string): Promise<Item[]> {
    const response = await this.fetch(path)
    return response.json() as Promise<Item[]>
  }

  async post(
    path: string,
    body: unknown = {},
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Answer> {
    const response = await this.fetch(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: this.#origin, ...headers },
      body: JSON.stringify(body),
    })
    return answerOf(response)
  }

  /** As a browser sends a form. */
  form(path: string, fields: Readonly<Record<string, string>>): Promise<Response> {
    return this.fetch(path, {
      method: 'POST',
      headers: { accept: 'text/html', origin: this.#origin },
      body: new URLSearchParams(fields),
    })
  }
}

async function answerOf(response: Response): Promise<Answer> {
  const text = await response.text()
  const body: unknown = text === '' ? {} : JSON.parse(text)
  return { status: response.status, ...(body as object) }
}
