import type { CommandHandle, Disredis } from '@disredis/client'
import { fateOf } from './error-class.js'
import type { LoadClient, LoadCommands } from './load-client.js'

/** ms */
const removalTimeout = 2_000

/** The load on a Disredis client. */
export class DisredisLoadClient implements LoadClient {
  readonly #client: Disredis

  constructor(client: Disredis) {
    this.#client = client
  }

  get shards(): readonly string[] {
    return [...this.#client.shards().keys()]
  }

  get commandTimeout(): number {
    return this.#client.options.commandTimeout
  }

  shardOf(key: string): string {
    return this.#client.explain(key).shard
  }

  within(timeout: number): LoadCommands {
    return commandsOf(this.#client.with({ timeout }))
  }

  push(key: string, value: string): Promise<unknown> {
    return this.#client.rpush(key, value)
  }

  get(key: string): Promise<string | null> {
    return this.#client.get(key)
  }

  set(key: string, value: string): Promise<unknown> {
    return this.#client.set(key, value)
  }

  remove(key: string): Promise<unknown> {
    return this.#client.with({ timeout: removalTimeout }).unlink(key)
  }

  readonly fateOf = fateOf
}

function commandsOf(handle: CommandHandle): LoadCommands {
  return {
    push: (key, value) => handle.rpush(key, value),
    get: (key) => handle.get(key),
  }
}
