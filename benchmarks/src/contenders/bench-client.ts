/** A SET (with a value) or a GET (without) in a pipeline. */
export interface PipelinedCommand {
  readonly key: string
  readonly value: string | null
}

/**
 * What the workloads ask of a client. Adapters only translate names and reply shapes, and add no
 * promise where the library's own can be passed on.
 */
export interface BenchClient {
  get(key: string): Promise<string | null>
  set(key: string, value: string): Promise<unknown>
  setWithExpiry(key: string, value: string, seconds: number): Promise<unknown>
  /** Resolves to 1 or true when the key exists. */
  expire(key: string, seconds: number): Promise<number | boolean>
  del(key: string): Promise<number>
  mget(keys: string[]): Promise<(string | null)[]>
  /** `entries` is flat: key, value, key, value. */
  mset(entries: string[]): Promise<unknown>
  /** Replies in order; rejects when any command failed. */
  pipeline(commands: readonly PipelinedCommand[]): Promise<unknown[]>
  close(): Promise<void>
}
