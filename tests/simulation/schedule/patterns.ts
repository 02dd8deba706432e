import { fault, type Pattern, sentinelOf, shardOf } from './fault-pattern.js'

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

/** A node that has proved its promotion loses its clients before Sentinel has named it, and the old one is back. */
const promotedResets: Pattern = (random, plan) => {
  const shard = shardOf(random, plan)
  const { downAfter } = plan
  const length = downAfter + random.between(250, 700)
  return [
    fault('freeze', 0, length, [`${shard}/master`]),
    ...[0, 1, 2, 3].map((it) =>
      fault('resetLinks', length + it * random.between(50, 250), 0, [
        'client-1',
        `${shard}/promoted`,
      ]),
    ),
  ]
}

/** The promoted node cannot be reached by the client until the gate's time is over; the old master can. */
const promotedCutOff: Pattern = (random, plan) => {
  const shard = shardOf(random, plan)
  return [
    fault('cutPair', 0, random.between(4000, 12_000), ['client-1', `${shard}/replica`]),
    fault('plannedFailover', random.between(50, 500), 0, [shard, sentinelOf(random, plan)]),
  ]
}

/** Calls that are due after a stall are gathered; their connection has broken meanwhile. */
const lostWhileStalled: Pattern = (random, plan) => {
  const duration = random.between(100, 900)
  return [
    fault('clientStall', 0, duration, ['client-1']),
    fault(random.pick(['resetLinks', 'crash']), duration / 2, 300, [
      'client-1',
      `${shardOf(random, plan)}/master`,
    ]),
  ].map((it) => (it.kind === 'crash' ? { ...it, targets: it.targets.slice(1) } : it))
}

/** A master becomes a replica without anybody's announcement, and refuses what is on its way, piece by piece. */
const demotedUnannounced: Pattern = (random, plan) => {
  const shard = shardOf(random, plan)
  return [
    fault('slowHost', 0, 3000, [`${shard}/master`], random.between(5, 60)),
    fault(random.pick(['demote', 'adminFailover']), random.between(300, 900), 0, [
      `${shard}/master`,
    ]),
  ]
}

/** A Sentinel hears nothing of a failover, and is then the only one that is left, with the old master. */
const staleAlone: Pattern = (random, plan) => {
  const { downAfter } = plan
  const stale = random.integer(1, plan.sentinels)
  const others = Array.from({ length: plan.sentinels }, (_, index) => index + 1)
  const gone = downAfter + random.between(2000, 4000)
  return [
    fault('partition', 0, gone + random.between(500, 4000), [
      `sentinel-${stale}`,
      `${shardOf(random, plan)}/master`,
    ]),
    ...others
      .filter((other) => other !== stale)
      .map((other) =>
        fault('sentinelCrash', gone, random.between(10_000, 14_000), [`sentinel-${other}`]),
      ),
  ]
}

/** The Sentinel that leads, and the node that it promotes, lose the other servers: two Sentinels of different minds are heard. */
const leaderApart: Pattern = (random, plan) => {
  const shard = shardOf(random, plan)
  const leader = sentinelOf(random, plan)
  return [
    fault('plannedFailover', 0, 0, [shard, leader]),
    fault('split', random.between(250, 1400), random.between(4000, 12_000), [
      leader,
      `${shard}/promoted`,
    ]),
  ]
}

export const mixedPatterns: readonly Pattern[] = [
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
  promotedResets,
  promotedCutOff,
  demotedUnannounced,
  lostWhileStalled,
  staleAlone,
  leaderApart,
]
