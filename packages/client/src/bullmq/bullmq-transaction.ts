import type { Pipeline } from '../handles/pipeline.js'
import type { Transaction } from '../handles/transaction.js'
import { callByName } from './call-by-name.js'

/** Commands that BullMQ sends together (its `IRedisTransaction`). */
export class BullmqTransaction {
  readonly #batch: Pipeline | Transaction

  constructor(batch: Pipeline | Transaction) {
    this.#batch = batch
  }

  hgetall(key: string): this {
    return this.runCommand('hgetall', [key])
  }

  hset(key: string, data: Record<string, string | number>): this {
    return this.runCommand('hset', [key, ...Object.entries(data).flat()])
  }

  hscan(key: string, cursor: string | number, options?: { COUNT?: number }): this {
    return this.#scan('hscan', key, cursor, options)
  }

  smembers(key: string): this {
    return this.runCommand('smembers', [key])
  }

  sscan(key: string, cursor: string | number, options?: { COUNT?: number }): this {
    return this.#scan('sscan', key, cursor, options)
  }

  zrange(key: string, start: number, end: number): this {
    return this.runCommand('zrange', [key, start, end])
  }

  lrange(key: string, start: number, end: number): this {
    return this.runCommand('lrange', [key, start, end])
  }

  llen(key: string): this {
    return this.runCommand('llen', [key])
  }

  del(...keys: string[]): this {
    return this.runCommand('del', keys)
  }

  runCommand(name: string, args: readonly unknown[]): this {
    callByName(this.#batch, name, [args])
    return this
  }

  exec(): Promise<[error: Error | null, result: unknown][] | null> {
    return this.#batch.exec() as Promise<[Error | null, unknown][] | null>
  }

  #scan(
    name: 'hscan' | 'sscan',
    key: string,
    cursor: string | number,
    { COUNT }: { COUNT?: number } = {},
  ): this {
    return this.runCommand(name, [key, cursor, ...(COUNT === undefined ? [] : ['COUNT', COUNT])])
  }
}
