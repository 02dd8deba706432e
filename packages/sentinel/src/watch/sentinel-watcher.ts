import { EventEmitter } from 'node:events'
import type { Address } from '@disredis/connection'
import type { Emit } from '../belief/shard-notifier.js'
import type { Topology } from '../belief/topology.js'
import type { WatcherEvents } from '../belief/watcher-events.js'
import { ClosedError } from '../errors.js'
import { createDialer } from '../link/connection-link.js'
import { createAddressReader } from '../protocol/read-address.js'
import {
  type ResolvedWatcherOptions,
  resolveWatcherOptions,
  type SentinelWatcherOptions,
} from './watcher-options.js'
import { WatcherRun } from './watcher-run.js'

/**
 * Watches the masters of a Redis Sentinel deployment, over one connection to each Sentinel.
 *
 * While it is open it keeps the process alive, and it never gives up: Sentinels that fail are tried
 * again, and the last topology stands meanwhile. An error thrown by a listener is an uncaught
 * exception, as of any event; it does not stop the watcher.
 */
export class SentinelWatcher extends EventEmitter<WatcherEvents> implements AsyncDisposable {
  readonly #options: ResolvedWatcherOptions
  #run: WatcherRun | undefined
  #starting: Promise<Topology> | undefined
  #closing: Promise<void> | undefined

  /**
   * Connects to nothing yet.
   *
   * @throws InvalidAddressError or InvalidOptionError
   */
  constructor(options: SentinelWatcherOptions) {
    super()
    // Clients share a watcher, and each of their shards may listen.
    this.setMaxListeners(0)
    this.#options = resolveWatcherOptions(options)
  }

  /**
   * Asks all Sentinels and resolves with the first snapshot (with the present one when it runs
   * already). After a rejection nothing is open, and it may be called again.
   *
   * Rejects with `SentinelsUnreachableError` after `startTimeout`, or at once when every Sentinel
   * gave an answer that waiting does not cure (not a Sentinel, wrong password, TLS); with
   * `UnknownMasterError` or `MastersDisagreeError`; with `ClosedError` after `close()`.
   */
  start(): Promise<Topology> {
    if (this.#closing !== undefined) {
      return Promise.reject(new ClosedError('The watcher is closed'))
    }
    const { topology } = this
    if (topology !== undefined) return Promise.resolve(topology)
    this.#starting ??= this.#start()
    return this.#starting
  }

  /** The last snapshot; `undefined` until `start()` has resolved. */
  get topology(): Topology | undefined {
    return this.#run?.topology
  }

  /**
   * A hint that something may have changed: all Sentinels are asked. Many hints in a row lead to one
   * question per Sentinel and 50 ms. Never throws; does nothing before `start()` and after `close()`.
   */
  requestRefresh(): void {
    this.#run?.requestRefresh()
  }

  /**
   * The node at `address` answers `ROLE` with something else than master although `topology` has it
   * as the master of `shard`. The Sentinels are asked; if they have nothing newer, another address
   * that one of them claims takes its place, even with a lower config-epoch. Never throws.
   */
  reportMasterRejected(shard: string, address: Address): void {
    void this.#run?.rejectMaster(shard, address)
  }

  /**
   * The node at `address` answers `ROLE` with master. If it was reported as rejected before, it was promoted
   * since: Sentinels that name it are believed again. Never throws.
   */
  reportMasterFound(shard: string, address: Address): void {
    this.#run?.acceptMaster(shard, address)
  }

  /** Resolves when no socket, timer or listener is left. Repeated calls are fine. */
  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  async #start(): Promise<Topology> {
    const { dial = createDialer(this.#options), natMap, allowAddress } = this.#options
    const tools = { dial, readAddress: createAddressReader({ natMap, allowAddress }) }
    const run = new WatcherRun(this.#options, tools, this.#emit)
    this.#run = run
    try {
      return await run.started
    } catch (error) {
      await run.close()
      this.#run = undefined
      this.#starting = undefined
      throw error
    }
  }

  async #close(): Promise<void> {
    await this.#run?.close()
    this.removeAllListeners()
  }

  #emit: Emit = (name, event) => {
    try {
      // The emitter's types cannot follow that `event` belongs to `name`.
      ;(this as EventEmitter).emit(name, event)
    } catch (error) {
      queueMicrotask(() => {
        throw error
      })
    }
  }
}
