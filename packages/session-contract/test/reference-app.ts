import { createHmac, timingSafeEqual } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { type SessionHandle, type SessionLock, SessionStore } from '@disredis/session-store'
import { newId } from '../src/bench.js'
import {
  CONTRACT_COOKIE,
  CONTRACT_SECRET,
  type ContractApp,
  type ContractAppOptions,
  type ContractData,
  type ContractRoute,
  type ContractSession,
  listenOnLoopback,
  queryOf,
} from '../src/index.js'

/** A framework of its own, as small as can be: what ADAPTERS.md asks of an adapter, spelled out. */
export async function serveReferenceApp(options: ContractAppOptions): Promise<ContractApp> {
  const store = new SessionStore<ContractData>(options.store)
  const server = createServer((request, response) => {
    answer(store, options, request, response).catch((error: { code?: string }) => {
      response.statusCode = 500
      response.end(JSON.stringify({ code: error.code }))
    })
  })
  const listening = await listenOnLoopback(server)
  return {
    url: listening.url,
    get counters() {
      return store.counters
    },
    closeStore: () => store.close(),
    async close() {
      await listening.close()
      await store.close()
    },
  }
}

async function answer(
  store: SessionStore<ContractData>,
  { routes, maxAge }: ContractAppOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const [path = '/'] = (request.url ?? '/').split('?')
  const route: ContractRoute | undefined = routes[path]
  if (route === undefined) throw Object.assign(new Error('No such route'), { code: 'NO_ROUTE' })
  const sent = unsign(request.headers.cookie)
  const session = new ReferenceSession(store, maxAge)
  await session.load(sent)
  if (route.lock !== undefined) {
    await session.acquire(route.lock)
    const release = () => void session.lock?.release().catch(() => undefined)
    // Also when the client has gone: then the handler writes nothing any more.
    if (response.closed) release()
    else response.once('close', release)
  }
  try {
    const result = await route.handler(session, queryOf(request))
    await session.end()
    if (session.isStored) {
      const value = encodeURIComponent(sign(session.id))
      response.setHeader('Set-Cookie', `${CONTRACT_COOKIE}=${value}; HttpOnly`)
    }
    response.end(JSON.stringify(result ?? null))
  } finally {
    if (!response.closed) await session.lock?.release()
  }
}

class ReferenceSession implements ContractSession {
  id = newId()
  isStored = false
  lock: SessionLock | undefined
  readonly #store: SessionStore<ContractData>
  readonly #maxAge: number | undefined
  #data: ContractData = {}
  #cookie: { originalMaxAge: number | null; path?: string }
  #handle: SessionHandle | undefined
  #isDestroyed = false
  #isLogin = false

  constructor(store: SessionStore<ContractData>, maxAge: number | undefined) {
    this.#store = store
    this.#maxAge = maxAge
    this.#cookie = { originalMaxAge: maxAge ?? null, path: '/' }
  }

  async load(id: string | undefined): Promise<void> {
    const loaded = id === undefined ? undefined : await this.#store.get(id)
    if (id === undefined || loaded === undefined) return
    this.id = id
    this.isStored = true
    this.#data = loaded.data
    this.#cookie = loaded.cookie
    this.#handle = loaded.handle
  }

  async acquire(lock: ContractRoute['lock']): Promise<void> {
    this.lock = await this.#store.lock(this.id, lock)
    await this.load(this.id)
  }

  get(field: string): unknown {
    return this.#data[field]
  }

  set(field: string, value: unknown): void {
    this.#data[field] = value
  }

  remove(field: string): void {
    delete this.#data[field]
  }

  all(): Record<string, unknown> {
    return { ...this.#data }
  }

  setMaxAge(maxAge: number): void {
    this.#cookie = { ...this.#cookie, originalMaxAge: maxAge }
  }

  async destroy(): Promise<void> {
    this.#isDestroyed = true
    this.isStored = false
    this.#data = {}
    await this.#store.destroy(this.id)
  }

  async regenerate(keep: readonly string[]): Promise<void> {
    const { outcome } = await this.#store.destroy(this.id)
    if (outcome === 'absent') this.#handle = this.#handle?.ended()
    this.#data = Object.fromEntries(
      Object.entries(this.#data).filter(([field]) => keep.includes(field)),
    )
    this.#cookie = { originalMaxAge: this.#maxAge ?? null, path: '/' }
    this.id = newId()
    this.isStored = false
  }

  async login(user: string): Promise<void> {
    await this.regenerate([])
    this.#data = { user }
    this.#isLogin = true
  }

  async save(): Promise<void> {
    const session = { ...this.#data, cookie: this.#cookie }
    const { outcome, handle } = await this.#store.set(this.id, session, {
      from: this.#handle,
      isLogin: this.#isLogin,
      ...(this.lock && { lock: this.lock }),
    })
    this.#isLogin = false
    // A session that has ended keeps the handle that keeps it from coming back.
    this.#handle = handle ?? this.#handle
    this.isStored = outcome !== 'gone' && outcome !== 'expired'
  }

  /** What the middleware does when the response ends. */
  async end(): Promise<void> {
    const isEmpty = !this.isStored && Object.keys(this.#data).length === 0
    if (!this.#isDestroyed && !isEmpty) await this.save()
  }
}

function sign(id: string): string {
  const signature = createHmac('sha256', CONTRACT_SECRET).update(id).digest('base64')
  return `s:${id}.${signature.replace(/=+$/, '')}`
}

/** The id in a Cookie header, if it is signed by us. */
function unsign(header: string | undefined): string | undefined {
  const start = `${CONTRACT_COOKIE}=s%3A`
  if (header === undefined || !header.startsWith(start)) return undefined
  let value: string
  try {
    value = decodeURIComponent(header.slice(CONTRACT_COOKIE.length + 1))
  } catch {
    return undefined
  }
  const id = value.slice(2, value.lastIndexOf('.'))
  const [given, expected] = [Buffer.from(value), Buffer.from(sign(id))]
  return given.length === expected.length && timingSafeEqual(given, expected) ? id : undefined
}
