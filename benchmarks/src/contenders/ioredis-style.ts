import type { BenchClient, PipelinedCommand } from './bench-client.js'

type PipelineResult = readonly (readonly [error: Error | null, reply?: unknown])[] | null

interface PipelineLike {
  get(key: string): unknown
  set(key: string, value: string): unknown
  exec(): Promise<PipelineResult>
}

/** The part of ioredis's interface that the workloads use; iovalkey and disredis have it too. */
export interface IoredisStyle {
  get(key: string): Promise<string | null>
  set(key: string, value: string): Promise<unknown>
  setex(key: string, seconds: number, value: string): Promise<unknown>
  expire(key: string, seconds: number): Promise<number>
  del(key: string): Promise<number>
  mget(keys: string[]): Promise<(string | null)[]>
  mset(entries: string[]): Promise<unknown>
  pipeline(): PipelineLike
}

/** Replies of `exec()` without their error slots; throws the first error. */
export function unwrapReplies(result: PipelineResult): unknown[] {
  if (result === null) throw new Error('The pipeline was aborted')
  return result.map(([error, reply]) => {
    if (error !== null) throw error
    return reply
  })
}

/** Adapts any client with ioredis's interface. */
export class IoredisStyleClient implements BenchClient {
  readonly #redis: IoredisStyle
  readonly #close: () => Promise<unknown>

  constructor(redis: IoredisStyle, close: () => Promise<unknown>) {
    this.#redis = redis
    this.#close = close
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
    return this.#redis.mget(keys)
  }

  mset(entries: string[]) {
    return this.#redis.mset(entries)
  }

  async pipeline(commands: readonly PipelinedCommand[]) {
    const pipeline = this.#redis.pipeline()
    for (const { key, value } of commands) {
      if (value === null) pipeline.get(key)
      else pipeline.set(key, value)
    }
    return unwrapReplies(await pipeline.exec())
  }

  async close() {
    await this.#close()
  }
}
