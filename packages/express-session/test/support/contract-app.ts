import { createServer } from 'node:http'
import {
  CONTRACT_COOKIE,
  CONTRACT_SECRET,
  type ContractApp,
  type ContractAppOptions,
  type ContractRoute,
  FieldSession,
  listenOnLoopback,
  queryOf,
} from '@disredis/session-contract'
import type { ErrorRequestHandler, Express, Request, RequestHandler } from 'express'
import session from 'express-session'
import { DisredisStore, type DisredisStoreOptions, disredisSession } from '../../src/index.js'
import './session-data.js'

export interface ContractFlavor {
  /** Express 4 or 5. */
  readonly express: () => Express
  /** The middleware, or the store in express-session's own. */
  readonly sessions: 'disredisSession' | 'DisredisStore'
  /** What the store is given in place of the suite's client. */
  readonly connection?: () =>
    | Pick<DisredisStoreOptions, 'client'>
    | { sentinels: readonly string[] }
}

/** The contract's application in Express. */
export async function serveContractApp(
  { express, sessions, connection }: ContractFlavor,
  { store: given, routes, maxAge }: ContractAppOptions,
): Promise<ContractApp> {
  const options = { ...given, ...connection?.() } as DisredisStoreOptions
  const own = {
    name: CONTRACT_COOKIE,
    secret: CONTRACT_SECRET,
    cookie: { ...(maxAge !== undefined && { maxAge }) },
  }
  const isMiddleware = sessions === 'disredisSession'
  const app = express()
  let store: DisredisStore
  if (isMiddleware) {
    const middleware = disredisSession({ ...options, ...own })
    store = middleware.store
    app.use(middleware)
  } else {
    store = new DisredisStore(options)
    app.use(session({ ...own, store, resave: false, saveUninitialized: false }))
  }
  for (const [path, route] of Object.entries(routes)) {
    const handler = handlerOf(route, store, isMiddleware)
    if (route.lock === undefined) app.get(path, handler)
    else app.get(path, store.lock(route.lock), handler)
  }
  app.use(answerError)

  const server = await listenOnLoopback(createServer(app))
  return {
    url: server.url,
    get counters() {
      return store.counters
    },
    closeStore: () => store.close(),
    async close() {
      await server.close()
      await store.close()
    },
  }
}

function handlerOf(
  { handler }: ContractRoute,
  store: DisredisStore,
  isMiddleware: boolean,
): RequestHandler {
  return (req, res, next) => {
    Promise.resolve(handler(new RequestSession(req, store, isMiddleware), queryOf(req))).then(
      (result) => res.json(result ?? null),
      next,
    )
  }
}

const answerError: ErrorRequestHandler = (error: { code?: string }, _req, res, _next) => {
  res.status(500).json({ code: error.code })
}

/** A request's session as the suite sees it. `req.session` is another object after `regenerate`. */
class RequestSession extends FieldSession {
  readonly #req: Request
  readonly #store: DisredisStore
  readonly #isMiddleware: boolean

  constructor(req: Request, store: DisredisStore, isMiddleware: boolean) {
    super()
    this.#req = req
    this.#store = store
    this.#isMiddleware = isMiddleware
  }

  get id(): string {
    return this.#req.sessionID
  }

  setMaxAge(maxAge: number): void {
    this.#req.session.cookie.maxAge = maxAge
  }

  async regenerate(keep: readonly string[]): Promise<void> {
    const kept = Object.entries(this.all()).filter(([field]) => keep.includes(field))
    await promised((done) => this.#req.session.regenerate(done))
    Object.assign(this.#req.session, Object.fromEntries(kept))
  }

  login(user: string): Promise<void> {
    return this.#store.login(this.#req, user, { user })
  }

  destroy(): Promise<void> {
    return promised((done) => this.#req.session.destroy(done))
  }

  async save(): Promise<void> {
    if (this.#isMiddleware) return
    await promised((done) => this.#req.session.save(done))
  }

  protected get fields(): object {
    return this.#req.session
  }
}

function promised(work: (done: (error: unknown) => void) => unknown): Promise<void> {
  return new Promise((resolve, reject) => {
    work((error) => (error ? reject(error) : resolve()))
  })
}
