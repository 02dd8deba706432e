import {
  CONTRACT_COOKIE,
  CONTRACT_SECRET,
  type ContractApp,
  type ContractAppOptions,
  FieldSession,
  queryOf,
} from '@disredis/session-contract'
import fastify, { type FastifyInstance, type FastifyRequest } from 'fastify'
import disredisSession, {
  type DisredisSessionOptions,
  type DisredisStore,
} from '../../src/index.js'

declare module 'fastify' {
  interface Session {
    user?: string
  }
}

/** The sessions of an application: by the plugin, or registered one by one. */
export type AddSessions = (
  app: FastifyInstance,
  options: DisredisSessionOptions,
) => Promise<DisredisStore>

/** How an application is made for the contract. */
export interface ContractFlavor {
  readonly addSessions: AddSessions
  /** What the store is given in place of the suite's client. */
  readonly connection?: () => { readonly sentinels: readonly string[] }
}

/** As the README shows it. */
export const byPlugin: AddSessions = async (app, options) => {
  await app.register(disredisSession, options)
  return app.sessionStore
}

export async function serveContractApp(
  { addSessions, connection }: ContractFlavor,
  { store: given, routes, maxAge }: ContractAppOptions,
): Promise<ContractApp> {
  const { client, ...policy } = given
  // The requests' agent reuses connections; one that is being given up would reset them.
  const app = fastify({ keepAliveTimeout: 0 })
  const store = await addSessions(app, {
    ...policy,
    ...(connection?.() ?? { client }),
    secret: CONTRACT_SECRET,
    cookieName: CONTRACT_COOKIE,
    cookiePrefix: 's:',
    cookie: { ...(maxAge !== undefined && { maxAge }) },
  } as DisredisSessionOptions)
  app.setErrorHandler(async (error: { code?: string }, _request, reply) => {
    await reply.status(500).send({ code: error.code })
  })
  for (const [path, { handler, lock }] of Object.entries(routes)) {
    const config = lock === undefined ? {} : { sessionLock: lock }
    app.get(path, { config }, async (request) => {
      return (await handler(new RequestSession(request, store), queryOf(request))) ?? 'null'
    })
  }
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  return {
    url,
    get counters() {
      return store.counters
    },
    closeStore: () => store.close(),
    async close() {
      app.server.closeAllConnections()
      await app.close()
      await store.close()
    },
  }
}

/** A request's session as the suite sees it. `request.session` is another object after a login. */
class RequestSession extends FieldSession {
  readonly #request: FastifyRequest
  readonly #store: DisredisStore

  constructor(request: FastifyRequest, store: DisredisStore) {
    super()
    this.#request = request
    this.#store = store
  }

  get id(): string {
    return this.#request.session.sessionId
  }

  setMaxAge(maxAge: number): void {
    this.#request.session.cookie.maxAge = maxAge
  }

  regenerate(keep: readonly string[]): Promise<void> {
    // A field that is not there would be kept as undefined.
    return this.#request.session.regenerate(keep.filter((field) => field in this.fields))
  }

  login(user: string): Promise<void> {
    return this.#store.login(this.#request, user, { user })
  }

  destroy(): Promise<void> {
    return this.#request.session.destroy()
  }

  save(): Promise<void> {
    return this.#request.session.save()
  }

  protected get fields(): object {
    return this.#request.session
  }
}
