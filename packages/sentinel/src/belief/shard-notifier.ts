import { type Address, isSameAddress } from '@disredis/connection'
import type { SentinelEvent } from '../protocol/sentinel-event.js'
import type { MasterReport, Source } from '../protocol/sentinel-report.js'
import { type DownChange, DownTracker } from './down-tracker.js'
import type { IsSameNode } from './failover-tracker.js'
import { type PublishedSwitch, SwitchTracker } from './switch-tracker.js'
import type { FailoverTopology, ShardTopology } from './topology.js'
import type { WatcherEvents } from './watcher-events.js'

/** Emits one event. Never throws. */
export type Emit = <K extends keyof WatcherEvents>(name: K, event: WatcherEvents[K][0]) => void

/** Emits what happens to one master, each fact once however many Sentinels say it. */
export class ShardNotifier {
  readonly #shard: string
  readonly #emit: Emit
  readonly #isSame: IsSameNode
  readonly #down = new DownTracker()
  readonly #switches: SwitchTracker
  #master: Address
  /** What was emitted of it. */
  #failover: FailoverTopology | undefined
  /** A leader has given up; to be emitted unless another one's failover is under way. */
  #abort: { readonly sentinel: Address; readonly reason: string } | undefined

  /** @param shard as the first snapshot has it: all that is in there is no news */
  constructor(
    { name, master, failover }: ShardTopology,
    emit: Emit,
    isSame: IsSameNode = isSameAddress,
  ) {
    this.#isSame = isSame
    this.#shard = name
    this.#master = master
    this.#failover = failover
    this.#emit = emit
    this.#switches = new SwitchTracker(master, isSame)
  }

  /** Only the leader of a failover publishes its end. {@link onSnapshot} follows. */
  onEvent(event: SentinelEvent, { id, address: sentinel }: Source): void {
    const shard = this.#shard
    switch (event.kind) {
      case 'replicaPromoted':
        this.#emit('replicaPromoted', { shard, sentinel, address: event.address })
        break
      case 'failoverAborted':
        this.#abort = { sentinel, reason: event.reason }
        break
      case 'masterSwitched':
        this.#switches.record({ from: event.from, to: event.to, sentinel })
        break
      case 'masterDown':
        // An earlier master may still be called down or up.
        if (!this.#isSame(event.address, this.#master)) break
        this.#emitDown(this.#down.applyEvent(id, event), sentinel)
    }
  }

  /** What a Sentinel's flags of `master` say. */
  onFlags(master: Address, flags: readonly string[], { id, address }: Source): void {
    if (this.#isSame(master, this.#master))
      this.#emitDown(this.#down.applyFlags(id, flags), address)
  }

  /**
   * A Sentinel answered. One that leads no failover any more has given it up, if it still names the master of
   * before; else it has succeeded, whatever the others know of that yet.
   */
  onReport({ claim, failover }: MasterReport, { id, address: sentinel }: Source): void {
    const emitted = this.#failover
    if (emitted?.sentinel.id !== id || failover !== undefined) return
    if (!this.#isSame(claim?.address, emitted.master)) return
    this.#abort = { sentinel, reason: 'unannounced' }
  }

  /** What the topology has now. */
  onSnapshot({ master, failover }: ShardTopology): void {
    if (!this.#isSame(master, this.#master)) {
      this.#master = master
      this.#down.reset()
    }
    const published: PublishedSwitch | undefined = this.#switches.follow(master)
    if (published !== undefined) this.#emit('masterSwitched', { shard: this.#shard, ...published })
    this.#onFailover(failover)
  }

  #onFailover(failover: FailoverTopology | undefined): void {
    const shard = this.#shard
    const emitted = this.#failover
    const abort = this.#abort
    this.#abort = undefined
    this.#failover = failover
    if (failover === undefined) {
      if (abort !== undefined) this.#emit('failoverAborted', { shard, ...abort })
      return
    }
    if (failover === emitted) return
    const { master, replica } = failover
    const sentinel = failover.sentinel.address
    const isNew =
      emitted?.sentinel.id !== failover.sentinel.id || !this.#isSame(emitted.master, master)
    if (isNew) this.#emit('failoverStarted', { shard, sentinel, master })
    if (replica !== undefined && (isNew || replica !== emitted.replica)) {
      this.#emit('replicaSelected', { shard, sentinel, address: replica, master })
    }
  }

  /** The Sentinel is not connected. */
  onDisconnected(id: string): void {
    this.#down.removeSentinel(id)
    // Whether it gives its failover up will not be known.
    if (this.#failover?.sentinel.id === id) this.#failover = undefined
  }

  #emitDown(changes: readonly DownChange[], sentinel: Address): void {
    for (const { isObjective, isDown } of changes) {
      this.#emit('masterDown', { shard: this.#shard, sentinel, isObjective, isDown })
    }
  }
}
