import type { Runtime, Timer } from '@disredis/connection'
import { CommandTimeoutError } from '../errors.js'
import type { ShardSubscriber } from './shard-subscriber.js'
import { isOfEveryShard, type SubscriptionKind } from './subscription-kind.js'

export interface SubscriptionsContext {
  readonly runtime: Runtime
  /** In a fixed order. */
  readonly shardNames: () => readonly string[]
  readonly shardOf: (channel: string | Buffer) => string
  readonly makeSubscriber: (shard: string) => ShardSubscriber
}

/**
 * Pub/sub over all shards: a channel lives on the shard of its name, as a key does; patterns and the
 * channels of keyspace notifications are subscribed on every shard.
 */
export class Subscriptions {
  readonly #context: SubscriptionsContext
  readonly #subscribers = new Map<string, ShardSubscriber>()

  constructor(context: SubscriptionsContext) {
    this.#context = context
  }

  /**
   * Resolves when the servers have confirmed, with how many subscriptions there are then, as Redis
   * counts them. Rejects with the refusal of a server, and with `CommandTimeoutError` after `timeout`
   * ms; none of the names is subscribed then that was not before.
   */
  async subscribe(
    kind: SubscriptionKind,
    names: readonly (string | Buffer)[],
    timeout: number,
  ): Promise<number> {
    const parts = this.#split(kind, names)
    const added = parts.map(([subscriber, part]) => ({
      subscriber,
      names: part.filter((name) => !subscriber.wanted.has(kind, name)),
    }))
    try {
      await inTime(
        this.#context.runtime,
        Promise.all(parts.map(([subscriber, part]) => subscriber.add(kind, part))),
        timeout,
        () => parts.find(([{ lastError }]) => lastError !== undefined)?.[0].lastError,
      )
    } catch (error) {
      // Nobody was told that it works, so it is not wanted; the error is the caller's answer.
      for (const it of added) it.subscriber.remove(kind, it.names).catch(() => {})
      throw error
    }
    return this.#count(kind)
  }

  /** Without names: all of this kind. */
  async unsubscribe(kind: SubscriptionKind, names: readonly (string | Buffer)[]): Promise<number> {
    if (names.length > 0) {
      await Promise.all(this.#split(kind, names).map(([it, part]) => it.remove(kind, part)))
    } else {
      await Promise.all(
        [...this.#subscribers.values()].map((it) => it.remove(kind, it.wanted.names(kind))),
      )
    }
    return this.#count(kind)
  }

  masterChanged(shard: string): void {
    this.#subscribers.get(shard)?.masterChanged()
  }

  close(): void {
    for (const subscriber of this.#subscribers.values()) subscriber.close()
  }

  #split(
    kind: SubscriptionKind,
    names: readonly (string | Buffer)[],
  ): [ShardSubscriber, (string | Buffer)[]][] {
    const parts = new Map<string, (string | Buffer)[]>()
    const shards = this.#context.shardNames()
    for (const name of names) {
      for (const shard of isOfEveryShard(kind, name) ? shards : [this.#context.shardOf(name)]) {
        if (!parts.has(shard)) parts.set(shard, [])
        parts.get(shard)!.push(name)
      }
    }
    return [...parts].map(([shard, part]) => [this.#subscriber(shard), part])
  }

  #subscriber(shard: string): ShardSubscriber {
    let subscriber = this.#subscribers.get(shard)
    if (subscriber === undefined) {
      subscriber = this.#context.makeSubscriber(shard)
      this.#subscribers.set(shard, subscriber)
    }
    return subscriber
  }

  /** Channels and patterns are counted together, shard channels apart; what is on every shard, once. */
  #count(kind: SubscriptionKind): number {
    const wanted = [...this.#subscribers.values()].map((it) => it.wanted)
    if (kind === 'ssubscribe') return wanted.reduce((sum, it) => sum + it.shardChannels, 0)
    const everywhere = Math.max(0, ...wanted.map(({ counts }) => counts.everywhere))
    return wanted.reduce((sum, { counts }) => sum + counts.own, everywhere)
  }
}

async function inTime(
  runtime: Runtime,
  call: Promise<unknown>,
  timeout: number,
  cause: () => Error | undefined,
): Promise<void> {
  let timer: Timer | undefined
  const limit = new Promise<never>((_, reject) => {
    timer = runtime.setTimer(() => {
      const last = cause()
      reject(
        new CommandTimeoutError(
          `The subscription was not confirmed within ${timeout} ms.${last === undefined ? '' : ` Last: ${last.message}`}`,
          { cause: last, retryable: true },
        ),
      )
    }, timeout)
  })
  try {
    await Promise.race([call, limit])
  } finally {
    timer?.cancel()
  }
}
