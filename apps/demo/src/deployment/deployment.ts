import type { DisredisOptions } from '@disredis/client'
import type { Address } from '@disredis/sentinel'
import type { NodeAccess } from '../cli/deployment-settings.js'
import type { FaultKind } from '../script/statement.js'

/** What the traffic runs on: a fleet of the demo's own, or somebody's Sentinels. */
export interface Deployment extends AsyncDisposable {
  /** `3 masters, 3 replicas, ...` */
  readonly description: string
  readonly kind: 'fleet' | 'existing'
  /** What a client needs to connect. */
  readonly clientOptions: DisredisOptions
  readonly data: NodeAccess
  readonly sentinel: NodeAccess
  /** Faults that can be injected here. */
  readonly faults: readonly FaultKind[]
  /** Undefined: somebody else's. */
  readonly machines: Machines | undefined
  /** Who is master now, by the newest that Sentinel says. */
  masterAddress(shard: string): Promise<Address>
  /**
   * Takes the master away. Resolves when it is done or, for a planned failover, agreed to.
   *
   * @returns which node it was, in words
   */
  inject(kind: FaultKind, shard: string): Promise<string>
  /** Nodes of the shard that were crashed or frozen and not restored. */
  brokenNodes(shard: string): readonly string[]
  /** Brings them back. Resolves when they answer; they may not be in sync yet. @returns their names */
  restore(shard: string): Promise<readonly string[]>
  /** Resolves when every running replica is in sync and Sentinel could fail over again. */
  waitForSync(shard: string, signal: AbortSignal): Promise<void>
}

/** What stands on machines that the demo may break: a fleet of its own. */
export interface Machines {
  /** Each bears a data node of several shards, and a Sentinel. */
  readonly servers: readonly Server[]
  /** How many Sentinels there are, counted from 1. */
  readonly sentinels: readonly SentinelNode[]
  /** Names of the shards whose masters are on the server now. */
  mastersOn(server: string): readonly string[]
  /** Takes every node of a server out of reach: connections stay open, nobody answers. */
  cut(server: string): Promise<void>
  killSentinel(name: string): Promise<void>
  /** Brings all Sentinels back. @returns their names */
  restoreSentinels(): Promise<readonly string[]>
}

export interface Server {
  readonly name: string
  /** `shard-1/1`, `shard-2/2`, `sentinel-1` */
  readonly nodes: readonly string[]
  /** The shards that have a node there. */
  readonly shards: readonly string[]
}

export interface SentinelNode {
  readonly name: string
  readonly address: Address
  readonly isBroken: boolean
}

/** The deployment could not be started or reached, or is not in the state that was asked for. */
export class DeploymentError extends Error {
  override readonly name = 'DeploymentError'
}
