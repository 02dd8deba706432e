/** What a soak came to, as the results page keeps it. */
export interface SoakSummary {
  readonly seed: number
  readonly takenOn: string
  readonly command: string
  /** s */
  readonly duration: number
  readonly rounds: number
  readonly faults: Readonly<Record<string, number>>
  readonly failovers: number
  readonly acked: number
  readonly unknown: number
  readonly lost: number
  /** Each with the round that repeats it. */
  readonly violations: readonly string[]
}
