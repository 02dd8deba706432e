/** One process that uses the client, and how. All times in ms. */
export interface ClientPlan {
  readonly startAt: number
  /** ms of one way to everybody, beyond what all have. Default: 0. */
  readonly distance?: number | undefined
  /**
   * Around a planned failover further users write to its shard, one call after the other: how many, and with
   * which pause in ms.
   */
  readonly stream?: { readonly users: number; readonly pause: number } | undefined
  /** When it closes its client for good; undefined: at the end. */
  readonly closeAt?: number | undefined
  readonly users: number
  /** Mean time between the answer to a user's calls and the next ones. */
  readonly thinkTime: number
  /** The most calls that a user makes at once. */
  readonly burst: number
  /** Keys of each type. */
  readonly keys: number
  readonly commandTimeout: number
  readonly connectTimeout: number
  readonly gateTimeout: number
  readonly openOn: 'confirmed' | 'proven'
  readonly probeInterval: number | false
  readonly retryWrites: 'never' | 'idempotent'
  readonly pollInterval: number
  readonly queueCommands: number
  readonly subscribes: boolean
  readonly blocks: boolean
}
