import { now, waitUntil } from '../time.js'
import { type Caller, keepReading, keepWriting, type Pace } from './callers.js'
import type { LoadClient } from './load-client.js'
import { PendingCalls } from './pending-calls.js'
import { ShardKeys } from './shard-keys.js'
import { ShardTraffic } from './shard-traffic.js'

/** Callers of each shard. The patient have the client's deadline, the others a short one. */
const patientWriters = 4
const patientReaders = 3
const impatientWriters = 2
const impatientReaders = 1
/** ms; shorter than an automatic failover, so that deadlines are met with in every run. */
const impatience = 1_000

/** Calls that are never settled must not keep the end of the run waiting much longer, ms. */
const settleSlack = 1_000
const sweepInterval = 50

export interface WorkloadOptions {
  /** ms between two calls of one caller. Default 10: traffic, not a benchmark. */
  readonly pace?: Pace
  /** ms that a rate is the mean of. Default 1000. */
  readonly rateInterval?: number
}

/** Reads and writes on every shard, from start to stop. */
export class Workload {
  readonly traffic: ReadonlyMap<string, ShardTraffic>
  /** What every key begins with. */
  readonly prefix: string
  readonly pending = new PendingCalls()
  readonly #client: LoadClient
  readonly #pace: Pace
  readonly #rateInterval: number
  readonly #stop = new AbortController()
  readonly #timers: NodeJS.Timeout[] = []
  readonly #discarded = new Set<string>()

  /** @param prefix nobody else may use it */
  constructor(client: LoadClient, prefix: string, options: WorkloadOptions = {}) {
    const keys = new ShardKeys(prefix, (key) => client.shardOf(key))
    this.#client = client
    this.#pace = options.pace ?? { pause: 10 }
    this.#rateInterval = options.rateInterval ?? 1_000
    this.prefix = prefix
    this.traffic = new Map(
      client.shards.map((shard) => [shard, new ShardTraffic(shard, () => keys.next(shard), now())]),
    )
  }

  /** Writes the values that will be read, then begins the traffic. */
  async start(): Promise<void> {
    const known = [...this.traffic.values()].flatMap(({ knownValues }) => knownValues)
    await Promise.all(known.map(({ key, value }) => this.#client.set(key, value)))
    this.#timers.push(
      setInterval(() => this.pending.sweep(now()), sweepInterval),
      setInterval(() => this.#roll(), this.#rateInterval),
    )
    for (const traffic of this.traffic.values()) this.#call(traffic)
  }

  /**
   * Ends the traffic and waits for what is under way: as long as the longest deadline and no longer.
   * What is pending afterwards counts as unsettled.
   *
   * @param timeout ms; another limit
   * @throws DeadlineError if calls are under way at the end of it
   */
  async stop(timeout = this.#client.commandTimeout + settleSlack): Promise<void> {
    this.#stop.abort()
    const { signal } = new AbortController()
    try {
      await waitUntil({ timeout, interval: 10, signal }, () =>
        this.pending.isOver ? undefined : 'calls are under way',
      )
    } finally {
      this.abandon()
    }
  }

  /** Begins no further calls and waits for none. */
  abandon(): void {
    this.#stop.abort()
    for (const timer of this.#timers) clearInterval(timer)
  }

  /** Removes keys that are no longer needed. @throws the client's errors */
  async discard(keys: readonly string[]): Promise<void> {
    for (const key of keys) this.#discarded.add(key)
    await Promise.all(
      [...this.#discarded].map(async (key) => {
        await this.#client.remove(key)
        this.#discarded.delete(key)
      }),
    )
  }

  /** Removes every key that is still there. @throws the client's errors */
  async removeKeys(): Promise<void> {
    const keys = [...this.traffic.values()].flatMap(({ knownValues, ledger }) => [
      ...knownValues.map(({ key }) => key),
      ...ledger.pages.map(({ key }) => key),
    ])
    await this.discard(keys)
  }

  #roll(): void {
    const at = now()
    for (const { meter } of this.traffic.values()) meter.roll(at)
  }

  #call(traffic: ShardTraffic): void {
    const client = this.#client
    const base = {
      traffic,
      pending: this.pending,
      signal: this.#stop.signal,
      pace: this.#pace,
      fateOf: (error: unknown) => client.fateOf(error),
    }
    const patient: Caller = { ...base, commands: client, timeout: client.commandTimeout }
    const impatient: Caller = {
      ...base,
      commands: client.within(impatience),
      timeout: impatience,
    }
    for (let i = 0; i < patientWriters; i++) void keepWriting(patient)
    for (let i = 0; i < patientReaders; i++) void keepReading(patient)
    for (let i = 0; i < impatientWriters; i++) void keepWriting(impatient)
    for (let i = 0; i < impatientReaders; i++) void keepReading(impatient)
  }
}
