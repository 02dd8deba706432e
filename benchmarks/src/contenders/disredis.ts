import { Disredis } from '@disredis/client'
import type { BenchClient, PipelinedCommand } from './bench-client.js'
import type { Target } from './contender.js'
import { unwrapReplies } from './ioredis-style.js'

/** disredis with its defaults, over the target's shards and no others that the Sentinels watch. */
export async function connect(target: Target) {
  const redis = await Disredis.connect({
    sentinels: target.sentinels.map(({ host, port }) => `${host}:${port}`),
    masters: target.shards.map(({ name }) => name),
  })
  return new DisredisClient(redis)
}

/** The keys of MGET and MSET are asked for one by one in the same tick; the client gathers the writes. */
class DisredisClient implements BenchClient {
  readonly #redis: Disredis

  constructor(redis: Disredis) {
    this.#redis = redis
  }

  get(key: string) {
    return this.#redis.get(key)
  }

  set(key: string, value: string) {
    return this.#redis.set(key, value)
  }

  setWithExpiry(key: string, value: string, seconds: number) {
    return this.#redis.setex(key, seconds, value)
  }

  expire(key: string, seconds: number) {
    return this.#redis.expire(key, seconds)
  }

  del(key: string) {
    return this.#redis.del(key)
  }

  mget(keys: string[]) {
    return Promise.all(keys.map((key) => this.#redis.get(key)))
  }

  async mset(entries: string[]) {
    const writes: Promise<unknown>[] = []
    for (let i = 0; i < entries.length; i += 2) {
      writes.push(this.#redis.set(entries[i]!, entries[i + 1]!))
    }
    await Promise.all(writes)
    return 'OK'
  }

  async pipeline(commands: readonly PipelinedCommand[]) {
    const pipeline = this.#redis.pipeline()
    for (const { key, value } of commands) {
      if (value === null) pipeline.get(key)
      else pipeline.set(key, value)
    }
    return unwrapReplies(await pipeline.exec())
  }

  close() {
    return this.#redis.close()
  }
}
