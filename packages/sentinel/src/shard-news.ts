import { type Address, isSameAddress } from './address.js'
import { type DownChange, DownTracker } from './down-tracker.js'
import type { SentinelEvent } from './sentinel-event.js'
import type { Source } from './sentinel-report.js'
import { type PublishedSwitch, SwitchTeller } from './switch-teller.js'
import type { FailoverTopology, ShardTopology } from './topology.js'
import type { WatcherEvents } from './watcher-events.js'

/** Emits one event. Never throws. */
export type Tell = <K extends keyof WatcherEvents>(name: K, event: WatcherEvents[K][0]) => void

/** Tells what happens to one master, each fact once however many Sentinels say it. */
export class ShardNews {
  readonly #shard: string
  readonly #tell: Tell
  readonly #down = new DownTracker()
  readonly #switches: SwitchTeller
  #master: Address
  /** What was told of it. */
  #failover: FailoverTopology | undefined

  /** @param shard as the first snapshot has it: all that is in there needs no telling */
  constructor({ name, master, failover }: ShardTopology, tell: Tell) {
    this.#shard = name
    this.#master = master
    this.#failover = failover
    this.#tell = tell
    this.#switches = new SwitchTeller(master)
  }

  /** Only the leader of a failover publishes its end, so it is told as it comes. */
  hearEvent(event: SentinelEvent, { id, address: sentinel }: Source): void {
    const shard = this.#shard
    switch (event.kind) {
      case 'replicaPromoted':
        this.#tell('replicaPromoted', { shard, sentinel, address: event.address })
        break
      case 'failoverAborted':
        this.#failover = undefined
        this.#tell('failoverAborted', { shard, sentinel, reason: event.reason })
        break
      case 'masterSwitched':
        this.#switches.hear({ from: event.from, to: event.to, sentinel })
        break
      case 'masterDown':
        // An earlier master may still be called down or up.
        if (!isSameAddress(event.address, this.#master)) break
        this.#tellDown(this.#down.hear(id, event), sentinel)
    }
  }

  /** What a Sentinel's flags of `master` say. */
  hearFlags(master: Address, flags: readonly string[], { id, address }: Source): void {
    if (isSameAddress(master, this.#master))
      this.#tellDown(this.#down.hearFlags(id, flags), address)
  }

  /** What the topology has now. */
  follow({ master, failover }: ShardTopology): void {
    if (!isSameAddress(master, this.#master)) {
      this.#master = master
      this.#down.reset()
    }
    const published: PublishedSwitch | undefined = this.#switches.follow(master)
    if (published !== undefined) this.#tell('masterSwitched', { shard: this.#shard, ...published })
    this.#followFailover(failover)
  }

  #followFailover(failover: FailoverTopology | undefined): void {
    const told = this.#failover
    if (failover === told) return
    this.#failover = failover
    const shard = this.#shard
    if (failover === undefined) {
      // The leader says that it leads no failover, and its master is the one before.
      const isAborted = isSameAddress(told?.master, this.#master)
      if (isAborted) {
        const sentinel = told!.sentinel.address
        this.#tell('failoverAborted', { shard, sentinel, reason: 'unannounced' })
      }
      return
    }
    const { master, replica } = failover
    const sentinel = failover.sentinel.address
    const isNew = told?.sentinel.id !== failover.sentinel.id || !isSameAddress(told.master, master)
    if (isNew) this.#tell('failoverStarted', { shard, sentinel, master })
    if (replica !== undefined && (isNew || replica !== told.replica)) {
      this.#tell('replicaSelected', { shard, sentinel, address: replica })
    }
  }

  /** The Sentinel is not connected. */
  forget(id: string): void {
    this.#down.forget(id)
    // Whether it gives its failover up will not be heard.
    if (this.#failover?.sentinel.id === id) this.#failover = undefined
  }

  #tellDown(changes: readonly DownChange[], sentinel: Address): void {
    for (const { isObjective, isDown } of changes) {
      this.#tell('masterDown', { shard: this.#shard, sentinel, isObjective, isDown })
    }
  }
}
