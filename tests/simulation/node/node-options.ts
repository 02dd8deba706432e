import type { ServerAddress } from './server-messages.js'

export interface NodeOptions {
  readonly name: string
  readonly port: number
  readonly isValkey: boolean
  /** What is left of the data after a crash. */
  readonly persistence: 'nothing' | 'everything'
  readonly priority: number
  /** 0: off. */
  readonly minReplicasToWrite: number
  /** ms. */
  readonly minReplicasMaxLag: number
  /** `replica-serve-stale-data`. */
  readonly servesStaleData: boolean
  readonly password: string | undefined
  /** ms that reading the data takes: of a file, or of its master's. */
  readonly loadingTime: number
  /** ms that a full synchronization takes before the data is read. */
  readonly syncTime: number
  /** ms without a word after which the other side of the replication is given up. */
  readonly replicationTimeout: number
  readonly master: ServerAddress | undefined
}

export const defaultNodeOptions: Omit<NodeOptions, 'name' | 'port' | 'master'> = {
  isValkey: false,
  persistence: 'everything',
  priority: 100,
  minReplicasToWrite: 0,
  minReplicasMaxLag: 10_000,
  servesStaleData: true,
  password: undefined,
  loadingTime: 2,
  syncTime: 5,
  replicationTimeout: 60_000,
}
