/** What is done to the world. */
export type FaultKind =
  | 'plannedFailover'
  | 'coordinatedFailover'
  | 'adminFailover'
  | 'replicaOf'
  /** `REPLICAOF` another node, by an operator who forgets Sentinel. */
  | 'demote'
  | 'crash'
  | 'powerOff'
  | 'freeze'
  | 'pauseWrites'
  | 'busyScript'
  | 'diskFull'
  | 'killClients'
  | 'partition'
  /** These servers and the other ones do not reach each other; clients reach both sides. */
  | 'split'
  /** Nothing gets from one of two hosts to the other. */
  | 'cutPair'
  | 'oneWayCut'
  | 'slowHost'
  | 'resetAfterBytes'
  /** The connections of a client to a node. */
  | 'resetLinks'
  | 'smallPieces'
  | 'sentinelCrash'
  | 'sentinelFreeze'
  | 'sentinelWipe'
  | 'sentinelReset'
  | 'sentinelForgets'
  | 'clientStall'

/** A fault as data: a schedule is a list of them. */
export interface Fault {
  /** ms since the world began. */
  readonly at: number
  /** ms until it is put right; 0: it is over at once. */
  readonly duration: number
  readonly kind: FaultKind
  /**
   * Whom it strikes: `shard-1/master`, `shard-1/replica`, `shard-1/former` (the master before, demoted or
   * not) and `shard-1/promoted` (the latest that became one; who is that at the moment), `sentinel-2`, `client-1`. A partition or a split has several.
   */
  readonly targets: readonly string[]
  /** Bytes, ms: as the kind has it. */
  readonly amount: number
}

/** The fault in words. */
export function describeFault({ kind, targets, duration, amount }: Fault): string {
  const length = duration === 0 ? '' : ` for ${duration.toFixed(0)} ms`
  const size = amount === 0 ? '' : ` (${amount})`
  return `${kind} ${targets.join(', ')}${size}${length}`
}
