import { hash, randomBytes } from 'node:crypto'
import { Agent } from 'node:http'
import { type SessionPolicy, SessionStore } from '@disredis/session-store'
import { Browser } from './browser.js'
import { Gates } from './gates.js'
import { type Loss, lossy } from './lossy-client.js'
import { contractRoutes } from './routes.js'
import type { ContractApp, ContractData, ContractRedis, ContractSubject } from './subject.js'

type Policy = Partial<SessionPolicy<ContractData>>

/** One running application of a case, with sessions of its own. */
export interface Bench extends AsyncDisposable {
  readonly app: ContractApp
  readonly gates: Gates
  readonly prefix: string
  /** Loses replies of the application's writes. */
  readonly loss: Loss
  /** The same sessions from another process, so to speak. */
  readonly peer: SessionStore<ContractData>
  browser(cookie?: string): Browser
  /** A browser that is logged in. */
  loggedIn(user: string): Promise<Browser>
  /** The Redis key of a session. */
  keyOf(id: string): string
  idOf(browser: Browser): Promise<string>
}

export async function openBench(
  subject: Pick<ContractSubject, 'serve'>,
  client: ContractRedis,
  policy: Policy = {},
  maxAge?: number,
): Promise<Bench> {
  const gates = new Gates()
  const agent = new Agent({ keepAlive: true, maxSockets: 128 })
  const prefix = `${newId()}:`
  const { client: lossyClient, loss } = lossy(client)
  const options = {
    client: lossyClient,
    prefix,
    userId: ({ user }: ContractData) => user,
    ...policy,
  }
  const app = await subject.serve({
    store: options,
    routes: contractRoutes(gates),
    ...(maxAge !== undefined && { maxAge }),
  })
  const peer = new SessionStore<ContractData>({ ...options, client, deadline: 60_000 })
  const browser = (cookie?: string) => new Browser(app.url, agent, cookie)
  return {
    app,
    gates,
    prefix,
    loss,
    peer,
    browser,
    async loggedIn(user) {
      const one = browser()
      await one.result(`/login?user=${user}`)
      return one
    },
    keyOf: (id) => `${prefix}${hash('sha256', id)}`,
    async idOf(one) {
      return ((await one.result('/whoami')) as { id: string }).id
    },
    async [Symbol.asyncDispose]() {
      agent.destroy()
      await app.close()
      await peer.close()
    },
  }
}

/** An id as frameworks make them. */
export function newId(): string {
  return randomBytes(24).toString('base64url')
}
