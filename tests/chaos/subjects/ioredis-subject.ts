import { Redis, type RedisOptions } from 'ioredis'
import type { Address } from '../address.js'
import type { Subject, SubjectName } from './subject.js'

export type IoredisVariant = Extract<SubjectName, `ioredis${string}`>

/** ioredis as its README has it, and what a careful user turns on by hand. */
const variants: Readonly<Record<IoredisVariant, Partial<RedisOptions>>> = {
  ioredis: {},
  'ioredis-detector': { failoverDetector: true },
  'ioredis-tuned': {
    failoverDetector: true,
    sentinelRetryStrategy: () => 20,
    sentinelReconnectStrategy: () => 20,
    retryStrategy: () => 20,
    reconnectOnError: (error) => (error.message.startsWith('READONLY') ? 2 : false),
    maxRetriesPerRequest: null,
    connectTimeout: 500,
    sentinelCommandTimeout: 500,
    socketTimeout: 1_000,
    keepAlive: 1_000,
  },
}

export class IoredisSubject implements Subject {
  readonly name: IoredisVariant
  readonly hasDeadlines = false
  readonly #redis: Redis

  constructor(
    name: IoredisVariant,
    sentinels: readonly Address[],
    shard: string,
    natMap: Record<string, Address>,
  ) {
    this.name = name
    this.#redis = new Redis({
      sentinels: sentinels.map(({ host, port }) => ({ host, port })),
      name: shard,
      natMap,
      ...(variants[name] as object),
    })
    // It reconnects by itself; commands tell of what goes wrong.
    this.#redis.on('error', () => {})
  }

  push(key: string, value: string): Promise<unknown> {
    return this.#redis.rpush(key, value)
  }

  increment(key: string): Promise<unknown> {
    return this.#redis.incr(key)
  }

  read(key: string): Promise<unknown> {
    return this.#redis.get(key)
  }

  echo(_shard: string, text: string): Promise<unknown> {
    return this.#redis.echo(text)
  }

  async close(): Promise<void> {
    this.#redis.disconnect()
  }
}
