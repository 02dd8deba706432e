import type { Address } from '@disredis/connection'
import type { ReplicaTopology } from '../protocol/sentinel-report.js'

/** A failover under way: from the election of the Sentinel that leads it to the next master. */
export interface FailoverTopology {
  /** The Sentinel that leads it: its `myid`, and where it is. */
  readonly sentinel: { readonly id: string; readonly address: Address }
  /** The master that is being replaced. */
  readonly master: Address
  /** The replica that is being promoted, once it is chosen. */
  readonly replica: Address | undefined
}

/** One master that Sentinel watches, and what serves it. */
export interface ShardTopology {
  readonly name: string
  /** From `SENTINEL GET-MASTER-ADDR-BY-NAME`, after `natMap`. */
  readonly master: Address
  /** The config-epoch that belongs to `master`; a higher one is newer. */
  readonly configEpoch: number
  readonly quorum: number
  /** `down-after-milliseconds`: ms of silence before a Sentinel takes the master for down; 0 if not told. */
  readonly downAfter: number
  /** Sentinel's flags of the master, for example `master`, `s_down`, `o_down`, `failover_in_progress`. */
  readonly flags: readonly string[]
  readonly replicas: readonly ReplicaTopology[]
  /** Until `master` is another one, or the leader has given it up or is out of reach. */
  readonly failover: FailoverTopology | undefined
}

/** One Sentinel that the watcher knows, by seed or because another Sentinel named it. */
export interface SentinelTopology {
  readonly address: Address
  /** `myid`, once it is known. */
  readonly id: string | undefined
  /** It is connected, and has described its masters on this connection. */
  readonly isConnected: boolean
}

/**
 * What the Sentinels say, as an immutable value: frozen, never changed, replaced by the next one.
 * Shards are keyed by master name and sorted by it, so that no reply order shows through.
 */
export interface Topology {
  /** Counts the snapshots of one watcher, from 1. */
  readonly version: number
  readonly shards: ReadonlyMap<string, ShardTopology>
  readonly sentinels: readonly SentinelTopology[]
}
