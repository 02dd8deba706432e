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

/** Some patterns after each other. @param pause ms from the beginning of one to that of the next */
export function chain(
  patterns: readonly Pattern[],
  random: Random,
  plan: WorldPlan,
  pause: (random: Random) => number,
): Fault[] {
  const faults: Fault[] = []
  let start = random.between(1000, 2500)
  const count = random.integer(3, 4)
  for (let number = 0; number < count; number++) {
    const group = random.pick(patterns)(random, plan)
    for (const it of group) faults.push({ ...it, at: Math.max(0, Math.round(start + it.at)) })
    start += Math.max(0, ...group.map(({ at }) => at)) + pause(random)
  }
  return faults.sort((a, b) => a.at - b.at)
}
