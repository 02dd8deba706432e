import { type Address, isSameAddress } from './address.js'
import { type DownChange, DownTracker } from './down-tracker.js'
import type { SentinelEvent } from './sentinel-event.js'
import { type PublishedSwitch, SwitchTeller } from './switch-teller.js'
import type { WatcherEvents } from './watcher-events.js'

/** Emits one event. Never throws. */
export type Tell = <K extends keyof WatcherEvents>(name: K, event: WatcherEvents[K][0]) => void

/** A Sentinel: who it is, and the address that events name. */
export interface Source {
  readonly id: string
  readonly address: Address
}

/** Tells what happens to one master, each fact once however many Sentinels say it. */
export class ShardNews {
  readonly #shard: string
  readonly #tell: Tell
  readonly #down = new DownTracker()
  readonly #switches: SwitchTeller
  #master: Address

  constructor(shard: string, master: Address, tell: Tell) {
    this.#shard = shard
    this.#master = master
    this.#tell = tell
    this.#switches = new SwitchTeller(master)
  }

  /** Only the leader of a failover publishes its steps, so each is told as it comes. */
  hearEvent(event: SentinelEvent, { id, address: sentinel }: Source): void {
    const shard = this.#shard
    switch (event.kind) {
      case 'leaderElected':
        this.#tell('failoverStarted', { shard, sentinel, master: event.master })
        break
      case 'replicaSelected':
      case 'replicaPromoted':
        this.#tell(event.kind, { shard, sentinel, address: event.address })
        break
      case 'failoverAborted':
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

  /** `master` is what the topology has now. */
  follow(master: Address): void {
    if (!isSameAddress(master, this.#master)) {
      this.#master = master
      this.#down.reset()
    }
    const published: PublishedSwitch | undefined = this.#switches.follow(master)
    if (published !== undefined) this.#tell('masterSwitched', { shard: this.#shard, ...published })
  }

  /** The Sentinel is not connected. */
  forget(id: string): void {
    this.#down.forget(id)
  }

  #tellDown(changes: readonly DownChange[], sentinel: Address): void {
    for (const { isObjective, isDown } of changes) {
      this.#tell('masterDown', { shard: this.#shard, sentinel, isObjective, isDown })
    }
  }
}
