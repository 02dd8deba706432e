import type { Target } from '../contenders/contender.js'
import type { Sample } from '../measure/metrics.js'
import type { CachedReadsSpec } from '../workloads/cached-reads.js'
import type { WorkloadSpec } from '../workloads/workload.js'

/** What one contender's process does in each round of a case. */
export type JobSpec =
  | {
      readonly kind: 'load'
      readonly contender: string
      readonly shards: number
      readonly workload: WorkloadSpec
    }
  | { readonly kind: 'first-command'; readonly contender: string; readonly shards: number }
  | {
      readonly kind: 'memory'
      readonly contender: string
      readonly shards: number
      readonly clients: number
    }
  | ({
      readonly kind: 'cache'
      readonly contender: string
      readonly shards: number
      /** The time of a hit, of a string or of a hash of 20 fields, or reads at a ratio of hits. */
      readonly measure: 'hits' | 'hash-hits' | 'reads'
    } & CachedReadsSpec)
  | { readonly kind: 'lookup'; readonly lookup: string; readonly shards: number }

/** Where a job's process finds the servers, and its own part of the key space. */
export interface JobContext {
  readonly target: Target
  readonly keyPrefix: string
}

/** A job that is set up: connected, keys written. */
export interface Job {
  /** Measures for about `duration` ms; jobs that measure one event ignore it. */
  round(duration: number): Promise<Sample>
  close(): Promise<void>
}

/** The target as a contender of `shards` shards sees it. */
export function narrow(target: Target, shards: number): Target {
  if (target.shards.length < shards) {
    throw new Error(`${shards} shards wanted, the fleet has ${target.shards.length}`)
  }
  return { shards: target.shards.slice(0, shards), sentinels: target.sentinels }
}
