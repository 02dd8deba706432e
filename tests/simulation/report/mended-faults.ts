/** A fault of the product that a seed has shown. */
export interface MendedFault {
  readonly seed: number
  readonly what: string
  /** The subject of the commit that mends it. */
  readonly commit: string
}

export const mendedFaults: readonly MendedFault[] = []
