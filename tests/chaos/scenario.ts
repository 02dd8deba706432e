import type { World, WorldPlan } from './world/world.js'

/** One thing that is done or waited for. */
export interface Step {
  readonly title: string
  run(world: World): Promise<void> | void
}

/** Looks at the world once the load is over; returns what is wrong. */
export interface Check {
  readonly title: string
  run(world: World): Promise<string | undefined> | string | undefined
}

/** What a fault may do to callers. Everything that is not named must not happen. */
export interface Expectation {
  /** Classes of errors that callers may get, by shard; `*` is every shard. */
  readonly errors?: Readonly<Record<string, readonly string[]>>
  /**
   * Acknowledged writes that may be lost: those to these shards, issued before the step that set the
   * mark. Replication is asynchronous, and no client can change that.
   */
  readonly loss?: { readonly shards: readonly string[]; readonly before: string }
  readonly checks?: readonly Check[]
}

/** A figure that must be met over all runs of a scenario; measured on a quiet machine only. */
export interface Goal {
  readonly figure: string
  readonly percentile: 'p50' | 'p99' | 'max'
  readonly atMost: number
}

/** A topology, a load, a fault, and what a client must make of it. */
export interface Scenario extends WorldPlan {
  /** `planned-failover` */
  readonly id: string
  /** The row of the fault matrix, or 0 for what is measured besides. */
  readonly fault: number
  readonly title: string
  /** false: the client is made by a step. Default true: it is ready, and the load runs, at step 1. */
  readonly connects?: boolean
  readonly steps: readonly Step[]
  readonly expect?: Expectation
  readonly goals?: readonly Goal[]
  /** Shards whose times are measured. Default: the first. */
  readonly measured?: readonly string[]
  /** Figures that the report shows beside those of every scenario: names, and what they are. */
  readonly alsoTell?: Readonly<Record<string, string>>
  /** Run against other clients as well. */
  readonly hasPeers?: boolean
  /** Not part of the short mode: it takes minutes. */
  readonly isLong?: boolean
  /** Runs in a network namespace of its own, with iptables. */
  readonly needsNamespace?: boolean
  /** Only with a Valkey of this major version or a later one: it has what is tried. */
  readonly needsValkey?: number
}
