import type { Address } from '@disredis/connection'
import type { Topology } from './topology.js'

interface ShardEvent {
  /** The Sentinel master name. */
  readonly shard: string
  /** The Sentinel that said it. */
  readonly sentinel: Address
}

/**
 * What a watcher emits, each once however many Sentinels say it, in the order in which it arrived.
 * Addresses are those that clients dial (after `natMap`).
 */
export interface WatcherEvents {
  /** A snapshot that differs from the one before. Emitted after the first snapshot too. */
  topologyChanged: [event: { readonly previous: Topology | undefined; readonly current: Topology }]
  /**
   * `+elected-leader`, or the answer of a leader whose event was missed: a failover of `master` begins or is
   * under way; its writes should be held. One that is in the first snapshot is not emitted.
   */
  failoverStarted: [event: ShardEvent & { readonly master: Address }]
  /** `+selected-slave`, or an answer: this replica is about to be promoted in place of `master`. */
  replicaSelected: [event: ShardEvent & { readonly address: Address; readonly master: Address }]
  /** `+promoted-slave`: the leader saw this replica in the role of master. */
  replicaPromoted: [event: ShardEvent & { readonly address: Address }]
  /** `+switch-master` from any Sentinel; the topology snapshot that holds it is emitted as well. */
  masterSwitched: [event: ShardEvent & { readonly from: Address; readonly to: Address }]
  /**
   * `-failover-abort-*`; `reason` is the channel's rest, for example `no-good-slave`. `unannounced`: the
   * leader answers that it leads none, and did not say why.
   */
  failoverAborted: [event: ShardEvent & { readonly reason: string }]
  /** `+sdown` / `-sdown` / `+odown` / `-odown` of the master itself. */
  masterDown: [event: ShardEvent & { readonly isObjective: boolean; readonly isDown: boolean }]
  /** A master outside the pinned set that a majority of Sentinels now watches, or `+monitor`. */
  masterAdded: [event: ShardEvent]
  /**
   * A pinned master that a Sentinel no longer watches (`-monitor`), or one that was emitted as added and
   * that no Sentinel watches any more.
   */
  masterRemoved: [event: ShardEvent]
  /** A Sentinel that could not be asked; the watcher goes on with the others. */
  sentinelError: [event: { readonly sentinel: Address; readonly error: Error }]
}
