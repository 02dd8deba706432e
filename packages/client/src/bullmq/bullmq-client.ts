import type { EventEmitter } from 'node:events'
import type { ScanStream } from 'ioredis'
import type { CommandHandle } from '../handles/command-handle.js'
import type { Pipeline } from '../handles/pipeline.js'
import type { Transaction } from '../handles/transaction.js'
import { BullmqTransaction } from './bullmq-transaction.js'
import { callByName } from './call-by-name.js'

/** How BullMQ defines a script. */
export interface BullmqScript {
  readonly numberOfKeys: number
  readonly lua: string
  readonly readOnly?: boolean
}

/** What is needed of a Disredis, which is one. */
export interface QueueRedis
  extends Pick<EventEmitter, 'removeAllListeners' | 'setMaxListeners' | 'getMaxListeners'> {
  readonly status: string
  readonly options: object
  on(event: 'error', listener: (error: Error) => void): unknown
  once(event: 'error', listener: (error: Error) => void): unknown
  off(event: 'error', listener: (error: Error) => void): unknown
  emit(event: 'error', error: Error): boolean
  connect(): Promise<void>
  disconnect(reconnect?: boolean): void
  quit(): Promise<'OK'>
  duplicate(override?: { connectionName?: string }): QueueRedis
  defineCommand(name: string, definition: BullmqScript): void
  multi(): Transaction | Pipeline
  pipeline(): Pipeline
  explain(key: string): { readonly shard: string }
  shard(name: string): CommandHandle
}

type Commands = QueueRedis & CommandHandle

type Listener = (...args: unknown[]) => void

/**
 * A client as BullMQ 6 asks for one (its `IRedisClient`), over the masters of a Disredis. A duplicate, of
 * which each worker and each `QueueEvents` makes one, has a client of its own, and closes it.
 */
export class BullmqClient {
  readonly isCluster = false
  readonly #redis: Commands
  /** Whose master is asked what a server is. */
  readonly #tag: string
  /** BullMQ says of a client that it closed that it has ended. */
  #status: string | undefined

  /** @param tag the hash tag of the queue's keys */
  constructor(redis: QueueRedis, tag: string) {
    this.#redis = redis as Commands
    this.#tag = tag
  }

  get status(): string {
    return this.#status ?? this.#redis.status
  }

  set status(status: string) {
    this.#status = status
  }

  get options(): Record<string, unknown> {
    return this.#redis.options as unknown as Record<string, unknown>
  }

  connect(): Promise<void> {
    return this.#redis.connect()
  }

  disconnect(reconnect?: boolean): void {
    this.#redis.disconnect(reconnect)
  }

  quit(): Promise<string> {
    return this.#redis.quit()
  }

  duplicate(options?: { connectionName?: string }): BullmqClient {
    return new BullmqClient(this.#redis.duplicate(options), this.#tag)
  }

  on(event: string, listener: Listener): this {
    this.#redis.on(event as 'error', listener)
    return this
  }

  once(event: string, listener: Listener): this {
    this.#redis.once(event as 'error', listener)
    return this
  }

  off(event: string, listener: Listener): this {
    this.#redis.off(event as 'error', listener)
    return this
  }

  removeListener(event: string, listener: Listener): this {
    return this.off(event, listener)
  }

  removeAllListeners(event?: string | symbol): this {
    this.#redis.removeAllListeners(event)
    return this
  }

  emit(event: string | symbol, ...args: unknown[]): boolean {
    return this.#redis.emit(event as 'error', ...(args as [Error]))
  }

  setMaxListeners(n: number): this {
    this.#redis.setMaxListeners(n)
    return this
  }

  getMaxListeners(): number {
    return this.#redis.getMaxListeners()
  }

  defineCommand(name: string, { numberOfKeys, lua }: BullmqScript): void {
    // Not `readOnly`: a queue is not read from replicas, which lag.
    this.#redis.defineCommand(name, { numberOfKeys, lua })
    // By that BullMQ knows which ones it has defined.
    Object.defineProperty(this, name, { value: true, configurable: true })
  }

  runCommand(name: string, args: unknown[]): Promise<unknown> {
    return this.#call(name, args)
  }

  multi(): BullmqTransaction {
    return new BullmqTransaction(this.#redis.multi())
  }

  pipeline(): BullmqTransaction {
    return new BullmqTransaction(this.#redis.pipeline())
  }

  hgetall(key: string): Promise<Record<string, string>> {
    return this.#redis.hgetall(key)
  }

  hget(key: string, field: string): Promise<string | null> {
    return this.#redis.hget(key, field)
  }

  hmget(key: string, ...fields: string[]): Promise<(string | null)[]> {
    return this.#redis.hmget(key, ...fields)
  }

  hset(key: string, data: Record<string, string | number>): Promise<number> {
    return this.#redis.hset(key, data)
  }

  hdel(key: string, ...fields: string[]): Promise<number> {
    return this.#redis.hdel(key, ...fields)
  }

  hexists(key: string, field: string): Promise<number> {
    return this.#redis.hexists(key, field)
  }

  get(key: string): Promise<string | null> {
    return this.#redis.get(key)
  }

  set(
    key: string,
    value: string | number,
    { PX, EX }: { PX?: number; EX?: number } = {},
  ): Promise<string | null> {
    if (PX !== undefined) return this.#redis.set(key, value, 'PX', PX)
    return EX === undefined ? this.#redis.set(key, value) : this.#redis.set(key, value, 'EX', EX)
  }

  del(...keys: string[]): Promise<number> {
    return this.#redis.del(...keys)
  }

  zrange(key: string, start: number, end: number, options?: WithScores): Promise<string[]> {
    return this.#range('zrange', key, start, end, options)
  }

  zrevrange(key: string, start: number, end: number, options?: WithScores): Promise<string[]> {
    return this.#range('zrevrange', key, start, end, options)
  }

  zcard(key: string): Promise<number> {
    return this.#redis.zcard(key)
  }

  zscore(key: string, member: string): Promise<string | null> {
    return this.#redis.zscore(key, member)
  }

  lrange(key: string, start: number, end: number): Promise<string[]> {
    return this.#redis.lrange(key, start, end)
  }

  llen(key: string): Promise<number> {
    return this.#redis.llen(key)
  }

  ltrim(key: string, start: number, end: number): Promise<string> {
    return this.#redis.ltrim(key, start, end)
  }

  lpos(key: string, value: string): Promise<number | null> {
    return this.#redis.lpos(key, value)
  }

  smembers(key: string): Promise<string[]> {
    return this.#redis.smembers(key)
  }

  xadd(
    key: string,
    id: string,
    fields: Record<string, string | number>,
    { MAXLEN, approximate = true }: { MAXLEN?: number; approximate?: boolean } = {},
  ): Promise<string> {
    const trim = MAXLEN === undefined ? [] : ['MAXLEN', ...(approximate ? ['~'] : []), MAXLEN]
    return this.#call('xadd', [key, ...trim, id, ...Object.entries(fields).flat()])
  }

  xread(
    streams: readonly { key: string; id: string }[],
    { BLOCK, COUNT }: { BLOCK?: number; COUNT?: number } = {},
  ): Promise<unknown> {
    return this.#call('xread', [
      ...(COUNT === undefined ? [] : ['COUNT', COUNT]),
      ...(BLOCK === undefined ? [] : ['BLOCK', BLOCK]),
      'STREAMS',
      ...streams.map(({ key }) => key),
      ...streams.map(({ id }) => id),
    ])
  }

  xtrim(
    key: string,
    strategy: 'MAXLEN',
    threshold: number,
    { approximate = true }: { approximate?: boolean } = {},
  ): Promise<number> {
    return this.#call('xtrim', [key, strategy, ...(approximate ? ['~'] : []), threshold])
  }

  bzpopmin(
    key: string,
    timeout: number,
  ): Promise<[key: string, member: string, score: string] | null> {
    return this.#redis.bzpopmin(key, timeout)
  }

  /** Of the master that has the queue. */
  info(): Promise<string> {
    return this.#master.info()
  }

  /** Every connection has its name from its beginning, by the option `connectionName`. */
  async clientSetName(_name: string): Promise<'OK'> {
    return 'OK'
  }

  /** Of the master that has the queue. */
  clientList(): Promise<string> {
    return this.#master.client('LIST') as Promise<string>
  }

  clientInfo(): Promise<string> {
    return this.#master.client('INFO') as Promise<string>
  }

  scan(
    cursor: string | number,
    { MATCH, COUNT }: { MATCH?: string; COUNT?: number } = {},
  ): Promise<[string, string[]]> {
    return this.#call('scan', [
      cursor,
      ...(MATCH === undefined ? [] : ['MATCH', MATCH]),
      ...(COUNT === undefined ? [] : ['COUNT', COUNT]),
    ])
  }

  scanStream(options: { match: string; count?: number }): ScanStream {
    return this.#redis.scanStream(options)
  }

  get #master() {
    return this.#redis.shard(this.#redis.explain(this.#tag).shard)
  }

  #range(
    name: 'zrange' | 'zrevrange',
    key: string,
    start: number,
    end: number,
    { WITHSCORES }: WithScores = {},
  ): Promise<string[]> {
    return this.#call(name, [key, start, end, ...(WITHSCORES ? ['WITHSCORES'] : [])])
  }

  async #call<Reply>(name: string, args: readonly unknown[]): Promise<Reply> {
    return callByName(this.#redis, name, [args]) as Promise<Reply>
  }
}

interface WithScores {
  readonly WITHSCORES?: boolean
}
