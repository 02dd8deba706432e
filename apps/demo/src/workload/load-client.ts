import type { Fate } from './page.js'

/** The commands that the load is made of. */
export interface LoadCommands {
  /** RPUSH of one value. */
  push(key: string, value: string): Promise<unknown>
  get(key: string): Promise<string | null>
}

/** A client under load: disredis, or another one beside it. */
export interface LoadClient extends LoadCommands {
  readonly shards: readonly string[]
  shardOf(key: string): string
  /** The deadline of its commands, ms. */
  readonly commandTimeout: number
  /** The same commands with a deadline of their own, ms. */
  within(timeout: number): LoadCommands
  set(key: string, value: string): Promise<unknown>
  /** UNLINK of keys that are not needed any more. */
  remove(key: string): Promise<unknown>
  /** What its error says of a write. */
  fateOf(error: unknown): Fate
}
