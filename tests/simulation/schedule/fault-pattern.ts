import type { Random } from '../core/random.js'
import type { WorldPlan } from '../world/world-plan.js'
import type { Fault, FaultKind } from './fault.js'

/** Faults that meet where it hurts: random ones seldom come so close to each other. */
export type Pattern = (random: Random, plan: WorldPlan) => Fault[]

export function fault(
  kind: FaultKind,
  at: number,
  duration: number,
  targets: readonly string[],
  amount = 0,
): Fault {
  return {
    kind,
    at: Math.round(at),
    duration: Math.round(duration),
    targets,
    amount: Math.round(amount),
  }
}

export const shardOf = (random: Random, plan: WorldPlan) => random.pick(plan.shards).name

export const sentinelOf = (random: Random, plan: WorldPlan) =>
  `sentinel-${random.integer(1, plan.sentinels)}`

/**
 * Some patterns after each other.
 *
 * @param pause ms from the beginning of the last fault of one to that of the next
 * @param endOf when the next pattern may begin at the earliest, for what a fault takes away
 */
export function chain(
  patterns: readonly Pattern[],
  random: Random,
  plan: WorldPlan,
  pause: (random: Random) => number,
  endOf: (fault: Fault) => number = ({ at }) => at,
): Fault[] {
  const faults: Fault[] = []
  let start = random.between(1000, 2500)
  const count = random.integer(3, 4)
  for (let number = 0; number < count; number++) {
    const group = random.pick(patterns)(random, plan)
    for (const it of group) faults.push({ ...it, at: Math.max(0, Math.round(start + it.at)) })
    const last = Math.max(0, ...group.map(({ at }) => at)) + pause(random)
    start += Math.max(last, ...group.map(endOf))
  }
  return faults.sort((a, b) => a.at - b.at)
}
