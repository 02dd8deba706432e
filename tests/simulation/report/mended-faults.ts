/** A fault of the product that a seed has shown. */
export interface MendedFault {
  readonly seed: number
  readonly what: string
  /** The subject of the commit that mends it. */
  readonly commit: string
}

export const mendedFaults: readonly MendedFault[] = [
  {
    seed: 6,
    what: 'A transaction whose WATCH got no answer in time was said to be of unknown outcome, although nothing that has an effect was sent.',
    commit: 'Say of a WATCH without a reply that it had no effect',
  },
  {
    seed: 100,
    what: 'A client that had followed a promotion by proof stayed at that node after Sentinel had given the failover up, and wrote to it until it was made a replica again.',
    commit: 'Return to the named master when a failover that was followed is given up',
  },
  {
    seed: 1140,
    what: 'A write that may be repeated was sent, lost, and refused until its deadline: it was said not to have been executed, although the first attempt had been.',
    commit:
      'Say of a write that was sent and lost once that its outcome is unknown, whatever follows',
  },
]
