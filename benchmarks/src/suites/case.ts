import type { JobSpec } from '../jobs/job.js'
import type { Metric } from '../measure/metrics.js'

export type Mode = 'quick' | 'full'

export interface ParticipantSpec {
  /** Unique in its case: a contender's id, with `@shards` where a case has it more than once. */
  readonly id: string
  readonly label: string
  readonly role: 'ours' | 'peer' | 'ceiling'
  /** What the labels say beside the name: "one master", "3 shards". */
  readonly placement: string
  readonly job: JobSpec
}

/** One table of results: participants that run interleaved under the same conditions. */
export interface CaseSpec {
  readonly id: string
  readonly suite: string
  readonly title: string
  /** Cases with the same figure share a plot, as groups of bars. */
  readonly figure: string
  readonly group: string
  /** Masters of the fleet; 0 starts no servers. */
  readonly masters: number
  /** What each round gives; the first is plotted. */
  readonly columns: readonly [Metric, ...Metric[]]
  /** The participant that the tables' ratios are taken against. */
  readonly reference: string
  /** Every round in a new process, because what is measured happens once in a process. */
  readonly isFreshEachRound: boolean
  readonly participants: readonly ParticipantSpec[]
}

/** A named group of cases that `--only` selects. */
export interface Suite {
  readonly name: string
  readonly description: string
  cases(mode: Mode): CaseSpec[]
}
