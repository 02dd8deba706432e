import { createSentinel } from 'redis'
import type { Address } from '../address.js'
import type { Subject } from './subject.js'

/** node-redis through `createSentinel`, with its defaults. */
export class NodeRedisSubject implements Subject {
  readonly name = 'node-redis'
  readonly hasDeadlines = false
  readonly #sentinel: ReturnType<typeof newSentinel>
  readonly #connected: Promise<unknown>

  constructor(sentinels: readonly Address[], shard: string, natMap: Record<string, Address>) {
    this.#sentinel = newSentinel(sentinels, shard, natMap)
    this.#sentinel.on('error', () => {})
    this.#connected = this.#sentinel.connect()
  }

  async push(key: string, value: string): Promise<unknown> {
    await this.#connected
    return this.#sentinel.rPush(key, value)
  }

  async increment(key: string): Promise<unknown> {
    await this.#connected
    return this.#sentinel.incr(key)
  }

  async read(key: string): Promise<unknown> {
    await this.#connected
    return this.#sentinel.get(key)
  }

  async echo(_shard: string, text: string): Promise<unknown> {
    await this.#connected
    return this.#sentinel.sendCommand(false, ['ECHO', text])
  }

  async close(): Promise<void> {
    this.#sentinel.destroy()
  }
}

function newSentinel(
  sentinels: readonly Address[],
  name: string,
  nodeAddressMap: Record<string, Address>,
) {
  return createSentinel({
    name,
    nodeAddressMap,
    sentinelRootNodes: sentinels.map(({ host, port }) => ({ host, port })),
  })
}
