import type { Contender, Target } from './contender.js'

/** A client that answers reads from a cache of its own, as the suite `cache` asks it. */
export interface CachedClient {
  get(key: string): Promise<string | null>
  /** All fields of a hash; undefined where the client does not keep them. */
  readonly getFields: ((key: string) => Promise<Readonly<Record<string, string>>>) | undefined
  close(): Promise<void>
}

export interface CachedContender extends Omit<Contender, 'load'> {
  /** @param entries values of `valueBytes` that it should keep, or what comes closest to it */
  load(): Promise<(target: Target, entries: number, valueBytes: number) => Promise<CachedClient>>
}
