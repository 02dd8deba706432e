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
