import { Redis } from 'ioredis'
import type { LoadClient, LoadCommands } from '../workload/load-client.js'
import type { Fate } from '../workload/page.js'
import { type Contender, type ContenderTarget, contenderTimeout } from './contender.js'

/** All that is set; everything else is as ioredis has it by default. */
export const ioredisSettings = {
  commandTimeout: contenderTimeout,
}

/**
 * One plain ioredis in Sentinel mode for each master, and one more for callers with a shorter
 * deadline, because `commandTimeout` belongs to the client.
 */
export async function connectIoredis(target: ContenderTarget): Promise<Contender> {
  const client = new IoredisLoadClient(target)
  await client.ready()
  return {
    name: 'ioredis',
    client,
    [Symbol.asyncDispose]: async () => client.close(),
  }
}

class IoredisLoadClient implements LoadClient {
  readonly shards: readonly string[]
  readonly shardOf: (key: string) => string
  readonly commandTimeout = contenderTimeout
  readonly #target: ContenderTarget
  readonly #all: Redis[] = []
  readonly #commands: LoadCommands & { readonly nodeOf: (key: string) => Redis }

  constructor(target: ContenderTarget) {
    this.#target = target
    this.shards = target.shards
    this.shardOf = target.shardOf
    this.#commands = this.#open(contenderTimeout)
  }

  async ready(): Promise<void> {
    await Promise.all(this.#all.map((redis) => redis.ping()))
  }

  within(timeout: number): LoadCommands {
    return this.#open(timeout)
  }

  push(key: string, value: string): Promise<unknown> {
    return this.#commands.push(key, value)
  }

  get(key: string): Promise<string | null> {
    return this.#commands.get(key)
  }

  set(key: string, value: string): Promise<unknown> {
    return this.#commands.nodeOf(key).set(key, value)
  }

  remove(key: string): Promise<unknown> {
    return this.#commands.nodeOf(key).unlink(key)
  }

  /** It does not say whether a command may have been executed: only the server's own refusal does. */
  fateOf(error: unknown): Fate {
    return error instanceof Error && error.name === 'ReplyError' ? 'refused' : 'unknown'
  }

  close(): void {
    for (const redis of this.#all) redis.disconnect()
  }

  #open(commandTimeout: number) {
    const { sentinels, shards, shardOf } = this.#target
    const nodes = new Map(
      shards.map((name) => {
        const redis = new Redis({
          sentinels: [...sentinels],
          name,
          ...ioredisSettings,
          commandTimeout,
        })
        // It reconnects by itself; without a listener it writes to the console.
        redis.on('error', () => {})
        this.#all.push(redis)
        return [name, redis] as const
      }),
    )
    const nodeOf = (key: string) => nodes.get(shardOf(key)) as Redis
    return {
      nodeOf,
      push: (key: string, value: string) => nodeOf(key).rpush(key, value),
      get: (key: string) => nodeOf(key).get(key),
    }
  }
}
