import type { Book } from './book.js'
import { countMisordered, countTorn } from './consistency.js'
import type { FinalState } from './final-state.js'
import type { Lane } from './lane.js'
import { type Ledger, lateness } from './ledger.js'
import { outcomes } from './outcome.js'
import type { StallWatch } from './stall-watch.js'

/** Acknowledged writes that were issued in this time may be lost, because replication is asynchronous. */
export interface LossWindow {
  readonly shard: string
  readonly from: number
  readonly until: number
}

/** What was promised and what was found. */
export interface Judgement {
  readonly issued: number
  readonly acked: number
  readonly unknown: number
  readonly refused: number
  /** Acknowledged writes that are gone (L). */
  readonly lost: number
  /** Of these, the ones that no loss window excuses. */
  readonly lostWithoutExcuse: number
  /** When the first and the last of these were issued. */
  readonly lostAt: readonly [from: number, until: number] | undefined
  /** Writes that were executed twice (D). */
  readonly duplicates: number
  /** Writes that were executed although their error said that they were not. */
  readonly phantoms: number
  /** Acknowledged pushes that stand behind a later one. */
  readonly misordered: number
  /** Transactions that were executed in part. */
  readonly torn: number
  /** Replies given to another command. */
  readonly wrong: number
  /** Promises settled too late, or never (P). */
  readonly late: number
}

export interface Evidence {
  readonly ledger: Ledger
  readonly states: ReadonlyMap<Lane, FinalState>
  readonly windows: readonly LossWindow[]
  readonly stalls: StallWatch
}

export function judge({ ledger, states, windows, stalls }: Evidence): Judgement {
  const tally: Tally = {
    acked: 0,
    unknown: 0,
    refused: 0,
    lost: 0,
    lostWithoutExcuse: 0,
    duplicates: 0,
    phantoms: 0,
    lostAt: undefined,
  }
  let issued = 0
  let misordered = 0
  let torn = 0
  for (const lane of ledger.lanes) {
    const state = states.get(lane) ?? { ids: [], mirror: [], fields: [], counter: 0 }
    const excuses = windows.filter(({ shard }) => shard === lane.shard)
    judgeBook(lane.pushes, state.ids, excuses, tally)
    judgeBook(lane.sets, state.fields, excuses, tally)
    judgeCounter(lane, state.counter, excuses, tally)
    issued += lane.pushes.length + lane.sets.length + lane.increments.issued
    misordered += countMisordered(lane.pushes, state.ids)
    torn += countTorn(lane, state)
  }
  const { wrong } = ledger
  return {
    issued,
    ...tally,
    misordered,
    torn,
    wrong: wrong.length,
    late: countLate(ledger, stalls),
  }
}

type Tally = {
  -readonly [Name in
    | 'acked'
    | 'unknown'
    | 'refused'
    | 'lost'
    | 'lostWithoutExcuse'
    | 'duplicates'
    | 'phantoms']: number
} & { lostAt: readonly [number, number] | undefined }

function judgeBook(
  book: Book,
  ids: readonly number[],
  windows: readonly LossWindow[],
  tally: Tally,
): void {
  const counts = new Float64Array(book.length)
  for (const id of ids) counts[id] = (counts[id] ?? 0) + 1
  for (let id = 0; id < counts.length; id++) {
    const outcome = book.outcome.get(id)
    const times = counts[id]!
    if (times > 1) tally.duplicates += times - 1
    if (outcome === outcomes.refused) {
      tally.refused++
      if (times > 0) tally.phantoms++
    } else if (outcome === outcomes.acked) {
      tally.acked++
      if (times > 0) continue
      tally.lost++
      const issuedAt = book.issuedAt.get(id)
      const isExcused = windows.some(({ from, until }) => issuedAt >= from && issuedAt <= until)
      if (isExcused) continue
      tally.lostWithoutExcuse++
      const [from, until] = tally.lostAt ?? [issuedAt, issuedAt]
      tally.lostAt = [Math.min(from, issuedAt), Math.max(until, issuedAt)]
    } else tally.unknown++
  }
}

function judgeCounter(
  { increments }: Lane,
  counter: number,
  windows: readonly LossWindow[],
  tally: Tally,
): void {
  const lost = Math.max(0, increments.acked - counter)
  tally.acked += increments.acked
  tally.unknown += increments.unknown
  tally.refused += increments.refused
  tally.lost += lost
  // When each of them was issued is not known.
  if (windows.length === 0) tally.lostWithoutExcuse += lost
  // Refused increments that were executed cannot be told from repeated ones.
  tally.duplicates += Math.max(0, counter - increments.acked - increments.unknown)
}

function countLate({ late, pending }: Ledger, stalls: StallWatch): number {
  const now = performance.now()
  const unsettled = [...pending].filter(({ deadline }) => now > deadline + lateness)
  const tooLate = late.filter(
    ({ deadline, settledAt }) =>
      settledAt - deadline - stalls.stalled(deadline, settledAt) > lateness,
  )
  return tooLate.length + unsettled.length
}
