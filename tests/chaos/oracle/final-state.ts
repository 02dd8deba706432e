/** What the master of a lane's shard holds in the end. */
export interface FinalState {
  /** Ids of pushes, in the order of the list. */
  readonly ids: readonly number[]
  /** Ids of transactions, in the order of the mirror list. */
  readonly mirror: readonly number[]
  /** Ids of sets. */
  readonly fields: readonly number[]
  readonly counter: number
}
