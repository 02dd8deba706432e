import { ScanStream, type ScanStreamOptions } from 'ioredis'
import { builtinMethod, type CommandTarget } from './command-surface.js'

type Scan =
  | 'scan'
  | 'sscan'
  | 'hscan'
  | 'zscan'
  | 'scanBuffer'
  | 'sscanBuffer'
  | 'hscanBuffer'
  | 'zscanBuffer'

/** Streams and iterators over SCAN and its like, for everything that has the commands. */
export interface Iteration {
  /** All keys of all shards, in batches. As in ioredis; through failovers too. */
  scanStream(options?: ScanStreamOptions): ScanStream
  scanBufferStream(options?: ScanStreamOptions): ScanStream
  /** What one key holds. Through failovers too, what is there throughout is printed at least once. */
  sscanStream(key: string, options?: ScanStreamOptions): ScanStream
  sscanBufferStream(key: string, options?: ScanStreamOptions): ScanStream
  hscanStream(key: string, options?: ScanStreamOptions): ScanStream
  hscanBufferStream(key: string, options?: ScanStreamOptions): ScanStream
  zscanStream(key: string, options?: ScanStreamOptions): ScanStream
  zscanBufferStream(key: string, options?: ScanStreamOptions): ScanStream
  /**
   * All keys of all shards, one after the other, in the memory of one batch. A key that is there all
   * along comes at least once, in a failover too.
   */
  scanKeys(options?: ScanStreamOptions): AsyncGenerator<string, void>
}

export function installIteration(prototype: object): void {
  for (const type of ['', 'Buffer'] as const) {
    define(prototype, `scan${type}Stream`, function (options) {
      return stream(this, `scan${type}`, options as ScanStreamOptions)
    })
    for (const of of ['s', 'h', 'z'] as const) {
      define(prototype, `${of}scan${type}Stream`, function (key, options) {
        return stream(this, `${of}scan${type}`, options as ScanStreamOptions, key as string)
      })
    }
  }
  define(prototype, 'scanKeys', async function* (options) {
    for await (const keys of stream(this, 'scan', options as ScanStreamOptions)) yield* keys
  })
}

function define(
  prototype: object,
  name: string,
  value: (this: CommandTarget, ...args: unknown[]) => unknown,
): void {
  Object.defineProperty(prototype, name, { value, writable: true, configurable: true })
}

function stream(
  redis: CommandTarget,
  command: Scan,
  options: ScanStreamOptions = {},
  key?: string,
) {
  return new ScanStream({
    objectMode: true,
    // Not the object itself, on which a script may have the command's name.
    redis: { [command]: (...args: unknown[]) => builtinMethod(command).apply(redis, args) },
    command,
    ...(key !== undefined && { key }),
    ...options,
  } as ConstructorParameters<typeof ScanStream>[0])
}
