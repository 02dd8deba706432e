import type { Mode } from '../suites/case.js'

/** How long and how often a run measures; times in ms. */
export interface Settings {
  readonly mode: Mode
  readonly rounds: number
  /** Rounds of cases that start a process for each: slower to make, steadier in what they show. */
  readonly freshRounds: number
  readonly roundDuration: number
  readonly warmUpDuration: number
}

/** The defaults of a mode. A quick run of everything takes less than two minutes on two cores. */
export const settingsOf: Readonly<Record<Mode, Settings>> = {
  full: { mode: 'full', rounds: 7, freshRounds: 7, roundDuration: 1000, warmUpDuration: 1500 },
  quick: { mode: 'quick', rounds: 5, freshRounds: 3, roundDuration: 150, warmUpDuration: 200 },
}
