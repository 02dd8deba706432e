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

/** What the master of a lane's shard holds in the end. */
export interface FinalState {
  /** Ids, in the order of the list. */
  readonly ids: readonly number[]
  readonly counter: number
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
  /** Writes that were executed twice (D). */
  readonly duplicates: number
  /** Writes that were executed although their error said that they were not. */
  readonly phantoms: number
  /** Acknowledged pushes that stand behind a later one. */
  readonly misordered: number
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
  const lanes = ledger.lanes.map((lane) =>
    judgeLane(
      lane,
      states.get(lane),
      windows.filter(({ shard }) => shard === lane.shard),
    ),
  )
  const total = (of: (lane: LaneJudgement) => number) =>
    lanes.reduce((sum, lane) => sum + of(lane), 0)
  const now = performance.now()
  const unsettled = [...ledger.pending].filter(({ deadline }) => now > deadline + lateness)
  const late = ledger.late.filter(
    ({ deadline, settledAt }) =>
      settledAt - deadline - stalls.stalled(deadline, settledAt) > lateness,
  )
  return {
    issued: total(({ issued }) => issued),
    acked: total(({ acked }) => acked),
    unknown: total(({ unknown }) => unknown),
    refused: total(({ refused }) => refused),
    lost: total(({ lost }) => lost),
    lostWithoutExcuse: total(({ lostWithoutExcuse }) => lostWithoutExcuse),
    duplicates: total(({ duplicates }) => duplicates),
    phantoms: total(({ phantoms }) => phantoms),
    misordered: total(({ misordered }) => misordered),
    wrong: ledger.wrong.length,
    late: late.length + unsettled.length,
  }
}

type LaneJudgement = Omit<Judgement, 'wrong' | 'late'>

function judgeLane(
  lane: Lane,
  state: FinalState | undefined,
  windows: readonly LossWindow[],
): LaneJudgement {
  const { increments } = lane
  const counts = new Float64Array(lane.issuedAt.length)
  for (const id of state?.ids ?? []) counts[id] = (counts[id] ?? 0) + 1
  const found = { acked: 0, unknown: 0, refused: 0, lost: 0, lostWithoutExcuse: 0 }
  let duplicates = 0
  let phantoms = 0
  for (let id = 0; id < counts.length; id++) {
    const outcome = lane.outcome.get(id)
    const times = counts[id]!
    if (times > 1) duplicates += times - 1
    if (outcome === outcomes.refused) {
      found.refused++
      if (times > 0) phantoms++
    } else if (outcome === outcomes.acked) {
      found.acked++
      if (times > 0) continue
      found.lost++
      const issuedAt = lane.issuedAt.get(id)
      if (!windows.some(({ from, until }) => issuedAt >= from && issuedAt <= until)) {
        found.lostWithoutExcuse++
      }
    } else found.unknown++
  }
  const counter = state?.counter ?? 0
  const lostIncrements = Math.max(0, increments.acked - counter)
  return {
    issued: counts.length + increments.issued,
    acked: found.acked + increments.acked,
    unknown: found.unknown + increments.unknown,
    refused: found.refused + increments.refused,
    lost: found.lost + lostIncrements,
    lostWithoutExcuse: found.lostWithoutExcuse + (windows.length === 0 ? lostIncrements : 0),
    // Refused increments that were executed cannot be told from repeated ones.
    duplicates: duplicates + Math.max(0, counter - increments.acked - increments.unknown),
    phantoms,
    misordered: countMisordered(lane, state?.ids ?? []),
  }
}

function countMisordered(lane: Lane, ids: readonly number[]): number {
  let highest = -1
  let misordered = 0
  for (const id of ids) {
    if (lane.outcome.get(id) !== outcomes.acked) continue
    if (id < highest) misordered++
    else highest = id
  }
  return misordered
}
