import type { Random } from '../core/random.js'
import type { WorldPlan } from '../world/world-plan.js'
import type { Fault, FaultKind } from './fault.js'

/** Faults that meet where it hurts: random ones seldom come so close to each other. */
type Pattern = (random: Random, plan: WorldPlan) => Fault[]

function fault(
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

const shardOf = (random: Random, plan: WorldPlan) => random.pick(plan.shards).name
const sentinelOf = (random: Random, plan: WorldPlan) =>
  `sentinel-${random.integer(1, plan.sentinels)}`

/** The master is silent until shortly after its successor was found, whose connection then breaks. */
const frozenAndBack: Pattern = (random, plan) => {
  const { downAfter } = plan
  return [
    fault('freeze', 0, downAfter + random.between(300, 1500), [`${shardOf(random, plan)}/master`]),
    ...[1, 2, 3].map(() =>
      fault('resetAfterBytes', downAfter + random.between(300, 1400), 0, ['client-1'], 4),
    ),
  ]
}

const crashAndBack: Pattern = (random, plan) => [
  fault('crash', 0, random.between(100, plan.downAfter + 1500), [
    `${shardOf(random, plan)}/${random.pick(['master', 'master', 'replica'])}`,
  ]),
]

const leaderDies: Pattern = (random, plan) => {
  const leader = sentinelOf(random, plan)
  const isFrozen = random.chance(0.4)
  return [
    fault('plannedFailover', 0, 0, [shardOf(random, plan), leader]),
    fault(
      isFrozen ? 'sentinelFreeze' : 'sentinelCrash',
      random.between(120, 1400),
      random.between(1000, 12_000),
      [leader],
    ),
  ]
}

/** A Sentinel, perhaps the one that leads, does not see what it did. */
const blindLeader: Pattern = (random, plan) => {
  const { downAfter, failoverTimeout } = plan
  return [
    fault('freeze', 0, downAfter + random.between(300, 3000), [`${shardOf(random, plan)}/master`]),
    fault('partition', downAfter + random.between(250, 700), failoverTimeout + 1000, [
      `${shardOf(random, plan)}/replica`,
    ]),
  ]
}

const plannedTwice: Pattern = (random, plan) => {
  const shard = shardOf(random, plan)
  return [
    fault('plannedFailover', 0, 0, [shard, sentinelOf(random, plan)]),
    fault('plannedFailover', random.between(1200, 4000), 0, [shard, sentinelOf(random, plan)]),
  ]
}

const promotedDies: Pattern = (random, plan) => {
  const shard = shardOf(random, plan)
  return [
    fault('plannedFailover', 0, 0, [shard, sentinelOf(random, plan)]),
    fault('crash', random.between(150, 1600), random.between(500, 4000), [
      `${shard}/${random.pick(['master', 'replica'])}`,
    ]),
  ]
}

const cutWithOldMaster: Pattern = (random, plan) => [
  fault('partition', 0, plan.downAfter + random.between(500, 4000), [
    'client-1',
    `${shardOf(random, plan)}/master`,
  ]),
]

const cutWithSentinel: Pattern = (random, plan) => {
  const other = sentinelOf(random, plan)
  return [
    fault('partition', 0, random.between(2500, 5000), ['client-1', other]),
    fault('plannedFailover', random.between(100, 1000), 0, [
      shardOf(random, plan),
      sentinelOf(random, plan),
    ]),
  ]
}

const stalledAtSwitch: Pattern = (random, plan) => [
  fault('plannedFailover', 0, 0, [shardOf(random, plan), sentinelOf(random, plan)]),
  fault('clientStall', random.between(0, 1300), random.between(50, 2500), ['client-1']),
]

const slowAtSwitch: Pattern = (random, plan) => {
  const shard = shardOf(random, plan)
  return [
    fault(
      'slowHost',
      0,
      3000,
      [random.pick([`${shard}/master`, 'client-1'])],
      random.between(20, 300),
    ),
    fault('plannedFailover', random.between(50, 500), 0, [shard, sentinelOf(random, plan)]),
  ]
}

const pausedAtSwitch: Pattern = (random, plan) => {
  const shard = shardOf(random, plan)
  return [
    fault('pauseWrites', 0, 0, [`${shard}/master`], random.between(200, 1500)),
    fault('plannedFailover', random.between(0, 400), 0, [shard, sentinelOf(random, plan)]),
  ]
}

const patterns: readonly Pattern[] = [
  frozenAndBack,
  crashAndBack,
  leaderDies,
  blindLeader,
  plannedTwice,
  promotedDies,
  cutWithOldMaster,
  cutWithSentinel,
  stalledAtSwitch,
  slowAtSwitch,
  pausedAtSwitch,
]

/** Some patterns after each other. */
export function makePatterns(random: Random, plan: WorldPlan): Fault[] {
  const faults: Fault[] = []
  let start = random.between(500, 2000)
  const count = random.integer(2, 3)
  for (let number = 0; number < count; number++) {
    for (const it of random.pick(patterns)(random, plan)) {
      faults.push({ ...it, at: Math.round(start + it.at) })
    }
    start += random.between(4000, 8000)
  }
  return faults.sort((a, b) => a.at - b.at)
}
