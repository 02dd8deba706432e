import { randomBytes, randomUUID } from 'node:crypto'
import { setMaxListeners } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Disredis } from '@disredis/client'
import { SessionStore } from '@disredis/session-store'

/** What became of the sessions of visitors who come back all the time. */
export interface CrowdFigures {
  readonly visitors: number
  readonly signedIn: number
  /** Times that a visitor came back and was not known any more. */
  readonly signedOut: number
  /** Changes that were answered and are gone: a crash may take them. */
  readonly lostChanges: number
  readonly requests: number
  readonly errors: number
}

interface VisitorSession {
  userId?: string
  /** Raised with every visit. */
  visits?: number
}

const visitors = 24
/** ms between two visits of one visitor. */
const pause = 500
/** ms; longer than a failover takes here. */
const deadline = 20_000

/** Visitors who stay signed in, each raising a counter in its session, through the store alone. */
export class Crowd implements AsyncDisposable {
  readonly #store: SessionStore<VisitorSession>
  readonly #stop = new AbortController()
  readonly #visits: Promise<void>[]
  readonly #signedIn = new Set<number>()
  #signedOut = 0
  #lostChanges = 0
  #requests = 0
  #errors = 0

  constructor(client: Disredis, prefix: string) {
    this.#store = new SessionStore<VisitorSession>({
      client,
      prefix: `${prefix}:crowd:`,
      userId: ({ userId }) => userId,
      deadline,
    })
    // Each of them rests on it.
    setMaxListeners(2 * visitors, this.#stop.signal)
    this.#visits = Array.from({ length: visitors }, (_, i) => this.#keepVisiting(i))
  }

  get figures(): CrowdFigures {
    return {
      visitors,
      signedIn: this.#signedIn.size,
      signedOut: this.#signedOut,
      lostChanges: this.#lostChanges,
      requests: this.#requests,
      errors: this.#errors,
    }
  }

  /** Begins no more visits. */
  stop(): void {
    this.#stop.abort()
  }

  /** Waits for the visits under way: at once when the client is closed. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.stop()
    await this.#store.close()
    await Promise.all(this.#visits)
  }

  async #keepVisiting(visitor: number): Promise<void> {
    const { signal } = this.#stop
    const rest = (ms: number) => sleep(ms, undefined, { signal }).catch(() => undefined)
    await rest((visitor * pause) / visitors)
    let id: string | undefined
    let answered = 0
    while (!signal.aborted) {
      try {
        this.#requests++
        if (id === undefined) {
          const fresh = randomBytes(24).toString('base64url')
          const session = { userId: `visitor-${visitor}-${randomUUID()}`, visits: 0 }
          await this.#store.set(fresh, session, { isLogin: true })
          id = fresh
          answered = 0
          this.#signedIn.add(visitor)
        } else {
          answered = await this.#visit(id, answered)
        }
      } catch (error) {
        if (signal.aborted) return
        if (error instanceof SignedOut) {
          this.#signedOut++
          this.#signedIn.delete(visitor)
          id = undefined
        } else {
          this.#errors++
        }
      }
      await rest(pause)
    }
  }

  /** @returns the counter that is answered now */
  async #visit(id: string, answered: number): Promise<number> {
    const loaded = await this.#store.get(id)
    if (loaded === undefined) throw new SignedOut()
    const { data, handle } = loaded
    const visits = data.visits ?? 0
    if (visits < answered) this.#lostChanges += answered - visits
    await this.#store.set(id, { ...data, visits: visits + 1 }, { from: handle })
    return visits + 1
  }
}

class SignedOut extends Error {}
