import { type Address, formatAddress } from '@disredis/sentinel'
import { Redis } from 'ioredis'
import type { NodeAccess } from '../cli/deployment-settings.js'
import { redisOptions } from '../deployment/open-redis.js'

/** What one Sentinel takes for true of a shard. */
export interface Belief {
  /** `host:port` */
  readonly master: string
  readonly epoch: number
  readonly flags: string
}

const interval = 500
const reconnectDelay = 500

/** Asks every Sentinel what it believes of every master, over one connection each. */
export class BeliefWatch implements Disposable {
  readonly #timer: NodeJS.Timeout
  readonly #connections = new Map<string, Redis>()
  readonly #beliefs = new Map<string, Readonly<Record<string, Belief>>>()
  readonly #asked = new Set<string>()

  constructor(sentinels: readonly Address[], access: NodeAccess) {
    for (const address of sentinels) {
      const redis = new Redis({
        ...redisOptions(address, access),
        commandTimeout: 2 * interval,
        maxRetriesPerRequest: 0,
        enableOfflineQueue: false,
        retryStrategy: () => reconnectDelay,
      })
      // A Sentinel that is away is shown as such, not told of again and again.
      redis.on('error', () => {})
      redis.connect().catch(() => {})
      this.#connections.set(formatAddress(address), redis)
    }
    this.#timer = setInterval(() => {
      for (const address of this.#connections.keys()) void this.#ask(address)
    }, interval)
  }

  /** By shard; empty while the Sentinel does not answer. */
  of(sentinel: string): Readonly<Record<string, Belief>> {
    return this.#beliefs.get(sentinel) ?? {}
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer)
    for (const redis of this.#connections.values()) redis.disconnect()
  }

  async #ask(sentinel: string): Promise<void> {
    if (this.#asked.has(sentinel)) return
    this.#asked.add(sentinel)
    try {
      const masters = await this.#connections.get(sentinel)?.call('SENTINEL', 'MASTERS')
      this.#beliefs.set(sentinel, parseBeliefs(masters))
    } catch {
      this.#beliefs.delete(sentinel)
    } finally {
      this.#asked.delete(sentinel)
    }
  }
}

/** The reply to SENTINEL MASTERS: flat lists of names and values. */
export function parseBeliefs(reply: unknown): Readonly<Record<string, Belief>> {
  const masters = Array.isArray(reply) ? reply : []
  return Object.fromEntries(
    masters.map((list) => {
      const fields = new Map<string, string>()
      const values = Array.isArray(list) ? list.map(String) : []
      for (let i = 0; i + 1 < values.length; i += 2) {
        fields.set(values[i] ?? '', values[i + 1] ?? '')
      }
      const host = fields.get('ip') ?? ''
      const master = formatAddress({ host, port: Number(fields.get('port')) })
      const epoch = Number(fields.get('config-epoch') ?? 0)
      return [fields.get('name') ?? '', { master, epoch, flags: fields.get('flags') ?? '' }]
    }),
  )
}
