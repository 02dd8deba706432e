import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { type ClientEventMessage, EVENT_CHANNEL } from '@disredis/client'

export type ShardState = 'ready' | 'failing-over' | 'down'

/**
 * Which shard a server belongs to, and how it stands with it, as the clients of this process tell. It
 * hears of those that connect after it was made.
 */
export class ShardDirectory {
  readonly #shards = new Map<string, string>()
  readonly #states = new Map<string, ShardState>()
  readonly #hear = (message: unknown) => this.#apply(message as ClientEventMessage)
  readonly #onEvent: ((message: ClientEventMessage) => void) | undefined

  /** @param onEvent is told every event, after it was taken in */
  constructor(onEvent?: (message: ClientEventMessage) => void) {
    this.#onEvent = onEvent
    subscribe(EVENT_CHANNEL, this.#hear)
  }

  /** The Sentinel master name; undefined when no client has named it. */
  shardAt(host: string, port: number): string | undefined {
    return this.#shards.get(`${host} ${port}`)
  }

  stateOf(shard: string): ShardState {
    return this.#states.get(shard) ?? 'ready'
  }

  /** It hears no more. */
  close(): void {
    unsubscribe(EVENT_CHANNEL, this.#hear)
  }

  #apply(message: ClientEventMessage): void {
    const { name, event } = message
    if (name === 'topologyChanged') {
      for (const [shard, { master, replicas }] of event.current.shards) {
        for (const { host, port } of [master, ...replicas.map(({ address }) => address)]) {
          this.#shards.set(`${host} ${port}`, shard)
        }
      }
    } else if (name === 'failoverStarted') this.#states.set(event.shard, 'failing-over')
    else if (name === 'shardDown') this.#states.set(event.shard, 'down')
    else if (name !== 'masterAdded' && name !== 'masterRemoved') {
      this.#states.set(event.shard, 'ready')
    }
    this.#onEvent?.(message)
  }
}
