import type { FinalState } from './final-state.js'
import type { Lane } from './lane.js'
import { outcomes } from './outcome.js'

/** How a fault showed to a caller, in ms. */
export interface Timing {
  /** From the fault to the first surviving acknowledgement after the longest silence (T0). */
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
  let gap = 0
  let gapEnd = fault
  let previous = acks[0] ?? fault
  for (const at of [...acks, end]) {
    if (at > fault && at - previous > gap) {
      gap = at - previous
      gapEnd = at
    }
    previous = at
  }
  return {
    firstAck: gapEnd - fault,
    afterSwitch: firstSwitch === undefined ? undefined : gapEnd - firstSwitch,
    gap,
  }
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
