import type { Disredis } from '@disredis/client'
import { now, waitUntil } from '../time.js'
import { type Caller, keepReading, keepWriting } from './callers.js'
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

/** ms */
const removalTimeout = 2_000
/** Calls that are never settled must not keep the end of the run waiting much longer, ms. */
const settleSlack = 1_000
const sweepInterval = 50
/** ms that an operation rate is the mean of. */
const rateInterval = 1_000

/** Reads and writes on every shard, from start to stop. */
export class Workload {
  readonly traffic: ReadonlyMap<string, ShardTraffic>
  /** What every key begins with. */
  readonly prefix: string
  readonly pending = new PendingCalls()
  readonly #client: Disredis
  readonly #stop = new AbortController()
  readonly #timers: NodeJS.Timeout[] = []
  readonly #discarded = new Set<string>()

  /** @param prefix nobody else may use it */
  constructor(client: Disredis, prefix: string) {
    const keys = new ShardKeys(prefix, (key) => client.explain(key).shard)
    this.#client = client
    this.prefix = prefix
    this.traffic = new Map(
      [...client.shards().keys()].map((shard) => [
        shard,
        new ShardTraffic(shard, () => keys.next(shard), now()),
      ]),
    )
  }

  /** Writes the values that will be read, then begins the traffic. */
  async start(): Promise<void> {
    const known = [...this.traffic.values()].flatMap(({ knownValues }) => knownValues)
    await Promise.all(known.map(({ key, value }) => this.#client.set(key, value)))
    this.#timers.push(
      setInterval(() => this.pending.sweep(now()), sweepInterval),
      setInterval(() => this.#roll(), rateInterval),
    )
    for (const traffic of this.traffic.values()) this.#call(traffic)
  }

  /**
   * Ends the traffic and waits for what is under way: as long as the longest deadline and no longer.
   * What is pending afterwards counts as unsettled.
   */
  async stop(): Promise<void> {
    this.#stop.abort()
    const timeout = this.#client.options.commandTimeout + settleSlack
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
    const hurried = this.#client.with({ timeout: removalTimeout })
    await Promise.all(
      [...this.#discarded].map(async (key) => {
        await hurried.unlink(key)
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
    const { commandTimeout } = this.#client.options
    const base = { traffic, pending: this.pending, signal: this.#stop.signal }
    const patient: Caller = { ...base, commands: this.#client, timeout: commandTimeout }
    const hurried = this.#client.with({ timeout: impatience })
    const impatient: Caller = { ...base, commands: hurried, timeout: impatience }
    for (let i = 0; i < patientWriters; i++) void keepWriting(patient)
    for (let i = 0; i < patientReaders; i++) void keepReading(patient)
    for (let i = 0; i < impatientWriters; i++) void keepWriting(impatient)
    for (let i = 0; i < impatientReaders; i++) void keepReading(impatient)
  }
}
