import { createClient, createSentinel } from 'redis'
import type { BenchClient, PipelinedCommand } from './bench-client.js'
import { firstShard, type Target } from './contender.js'

interface MultiLike {
  get(key: string): unknown
  set(key: string, value: string): unknown
  execAsPipeline(): Promise<unknown[]>
}

interface NodeRedisStyle {
  get(key: string): Promise<string | null>
  set(key: string, value: string): Promise<unknown>
  setEx(key: string, seconds: number, value: string): Promise<unknown>
  expire(key: string, seconds: number): Promise<number>
  del(key: string): Promise<number>
  mGet(keys: string[]): Promise<(string | null)[]>
  mSet(entries: string[]): Promise<unknown>
  multi(): MultiLike
  close(): Promise<unknown> | undefined
}

/** node-redis's client on one master. */
export async function connectClient(target: Target) {
  const { host, port } = firstShard(target)
  const client = createClient({ socket: { host, port } })
  await client.connect()
  return new NodeRedisClient(client)
}

/** node-redis's Sentinel client with its defaults; it knows one master name. */
export async function connectSentinel(target: Target) {
  const sentinel = createSentinel({
    name: firstShard(target).name,
    sentinelRootNodes: [...target.sentinels],
  })
  await sentinel.connect()
  return new NodeRedisClient(sentinel)
}

class NodeRedisClient implements BenchClient {
  readonly #redis: NodeRedisStyle

  constructor(redis: NodeRedisStyle) {
    this.#redis = redis
  }

  get(key: string) {
    return this.#redis.get(key)
  }

  set(key: string, value: string) {
    return this.#redis.set(key, value)
  }

  setWithExpiry(key: string, value: string, seconds: number) {
    return this.#redis.setEx(key, seconds, value)
  }

  expire(key: string, seconds: number) {
    return this.#redis.expire(key, seconds)
  }

  del(key: string) {
    return this.#redis.del(key)
  }

  mget(keys: string[]) {
    return this.#redis.mGet(keys)
  }

  mset(entries: string[]) {
    return this.#redis.mSet(entries)
  }

  pipeline(commands: readonly PipelinedCommand[]) {
    const multi = this.#redis.multi()
    for (const { key, value } of commands) {
      if (value === null) multi.get(key)
      else multi.set(key, value)
    }
    return multi.execAsPipeline()
  }

  async close() {
    await this.#redis.close()
  }
}
