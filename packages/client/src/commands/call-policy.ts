import type { LoadedScripts } from './loaded-scripts.js'

/**
 * Where reads are answered.
 *
 * - `master`: by the master.
 * - `replicaPreferred`: by a replica, else by the master.
 * - `replica`: by replicas only; without one that is usable, reads wait until their deadline.
 * - `nearest`: by the node that answers fastest.
 */
export type ReadFrom = 'master' | 'replicaPreferred' | 'replica' | 'nearest'

export const readFromValues = ['master', 'replicaPreferred', 'replica', 'nearest'] as const

/** What one call may take and do; shared by all calls of a client or of a `with()` handle. */
export interface CallPolicy {
  /** ms from the call to its answer or error: queueing, dialling and the reply together. */
  readonly timeout: number
  /** The caller said so for these very calls: it also bounds how long a blocking command may wait. */
  readonly boundsBlocking?: boolean | undefined
  /** Which writes may be repeated when the outcome of the first time is unknown. */
  readonly retryWrites: 'never' | 'idempotent'
  /** The caller says that repeating these commands is harmless: scripts are repeated as well. */
  readonly isIdempotent: boolean
  /** Which nodes may answer reads. */
  readonly readFrom: ReadFrom
  /** Errors have the stack of the call. */
  readonly showFriendlyErrorStack?: boolean | undefined
  /** What the client gave to its servers: EVALSHA of it needs no answer to NOSCRIPT by the caller. */
  readonly scripts?: LoadedScripts | undefined
  /** Gives the calls up. */
  readonly signal?: AbortSignal | undefined
}
