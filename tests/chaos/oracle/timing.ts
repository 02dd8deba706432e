import type { FinalState } from './final-state.js'
import type { Lane } from './lane.js'
import { outcomes } from './outcome.js'

/** How a fault showed to a caller, in ms. */
export interface Timing {
  /**
   * From the fault to the surviving acknowledgement that ended the longest silence (T0); to the very
   * next one where there was no silence longer than usual.
   */
  readonly firstAck: number
  /** The same from the first `+switch-master` that any Sentinel published (Ts); may be negative. */
  readonly afterSwitch: number | undefined
  /** The longest time without an acknowledgement that survived. */
  readonly gap: number
}

export interface TimingMarks {
  readonly fault: number
  readonly firstSwitch: number | undefined
  /** The end of the load. */
  readonly end: number
}

export function timingOf(
  lanes: readonly Lane[],
  states: ReadonlyMap<Lane, FinalState>,
  { fault, firstSwitch, end }: TimingMarks,
): Timing {
  const acks = survivingAcks(lanes, states)
  const usual = longestGap(acks.filter((at) => at <= fault))
  const longest = longestGap(acks, end, fault)
  // A fault that nobody noticed: its longest silence is as any other, and tells nothing of it.
  const isNoticed = longest.length > 2 * usual.length
  const gapEnd = isNoticed ? longest.end : (acks.find((at) => at > fault) ?? end)
  return {
    firstAck: gapEnd - fault,
    afterSwitch: firstSwitch === undefined ? undefined : gapEnd - firstSwitch,
    gap: longest.length,
  }
}

interface Gap {
  readonly length: number
  readonly end: number
}

/** Between neighbours, and from the last to `end`; only gaps that end after `since` count. */
function longestGap(times: readonly number[], end?: number, since = Number.NEGATIVE_INFINITY): Gap {
  let longest: Gap = { length: 0, end: end ?? 0 }
  let previous = times[0] ?? since
  for (const at of end === undefined ? times : [...times, end]) {
    if (at > since && at - previous > longest.length) longest = { length: at - previous, end: at }
    previous = at
  }
  return longest
}

/** p99 of the time from issue to acknowledgement among pushes issued in that time, ms. */
export function latency(
  lanes: readonly Lane[],
  { from, until }: { readonly from: number; readonly until: number },
): number | undefined {
  const times = lanes.flatMap((lane) =>
    acknowledged(lane)
      .filter((id) => lane.pushes.issuedAt.get(id) >= from && lane.pushes.issuedAt.get(id) <= until)
      .map((id) => lane.pushes.settledAt.get(id) - lane.pushes.issuedAt.get(id)),
  )
  times.sort((a, b) => a - b)
  return times[Math.ceil(times.length * 0.99) - 1]
}

function survivingAcks(
  lanes: readonly Lane[],
  states: ReadonlyMap<Lane, FinalState>,
): readonly number[] {
  const times: number[] = []
  for (const lane of lanes) {
    const present = new Set(states.get(lane)?.ids)
    for (const id of acknowledged(lane))
      if (present.has(id)) times.push(lane.pushes.settledAt.get(id))
  }
  return times.sort((a, b) => a - b)
}

function acknowledged({ pushes }: Lane): number[] {
  const ids: number[] = []
  pushes.outcome.values().forEach((outcome, id) => {
    if (outcome === outcomes.acked) ids.push(id)
  })
  return ids
}
