import { fault, type Pattern, sentinelOf, shardOf } from './fault-pattern.js'

/**
 * Planned failovers, and what makes them hard without being a reason to lose anything: servers and clients
 * that are busy for a while, slow ways, a Sentinel out of reach that does not lead.
 */

const plain: Pattern = (random, plan) => [
  fault('plannedFailover', 0, 0, [shardOf(random, plan), sentinelOf(random, plan)]),
]

const coordinated: Pattern = (random, plan) => [
  fault(plan.isValkey ? 'coordinatedFailover' : 'plannedFailover', 0, 0, [
    shardOf(random, plan),
    sentinelOf(random, plan),
  ]),
]

const busyMaster: Pattern = (random, plan) => {
  const shard = shardOf(random, plan)
  return [
    fault('plannedFailover', 0, 0, [shard, sentinelOf(random, plan)]),
    fault('freeze', random.between(-300, 600), random.between(50, 2000), [`${shard}/master`]),
  ]
}

const hangingReplica: Pattern = (random, plan) => {
  const shard = shardOf(random, plan)
  return [
    fault('plannedFailover', 0, 0, [shard, sentinelOf(random, plan)]),
    fault('freeze', random.between(-300, 350), random.between(300, 4000), [`${shard}/replica`]),
  ]
}

const slowReplica: Pattern = (random, plan) => {
  const shard = shardOf(random, plan)
  return [
    fault('slowHost', -500, 3500, [`${shard}/replica`], random.between(5, 200)),
    fault('plannedFailover', 0, 0, [shard, sentinelOf(random, plan)]),
  ]
}

const busyClient: Pattern = (random, plan) => [
  fault('plannedFailover', 0, 0, [shardOf(random, plan), sentinelOf(random, plan)]),
  fault('clientStall', random.between(-200, 1300), random.between(50, 1500), ['client-1']),
]

const busyMasterAndClient: Pattern = (random, plan) => {
  const shard = shardOf(random, plan)
  return [
    fault('plannedFailover', 0, 0, [shard, sentinelOf(random, plan)]),
    fault('freeze', random.between(-300, 300), random.between(200, 1500), [`${shard}/master`]),
    fault('clientStall', random.between(-200, 300), random.between(100, 1500), ['client-1']),
  ]
}

const witnessCutOff: Pattern = (random, plan) => {
  const leader = random.integer(1, plan.sentinels)
  const other = `sentinel-${(leader % plan.sentinels) + 1}`
  return [
    fault('cutPair', random.between(-2500, 0), random.between(2500, 5000), ['client-1', other]),
    fault('plannedFailover', 0, 0, [shardOf(random, plan), `sentinel-${leader}`]),
  ]
}

const pausedMaster: Pattern = (random, plan) => {
  const shard = shardOf(random, plan)
  return [
    fault(
      'pauseWrites',
      random.between(-400, 200),
      0,
      [`${shard}/master`],
      random.between(200, 1500),
    ),
    fault('plannedFailover', 0, 0, [shard, sentinelOf(random, plan)]),
  ]
}

/** A host with the old master and a Sentinel that does not lead is taken out of service, and comes back. */
const hostLeaves: Pattern = (random, plan) => {
  const shard = shardOf(random, plan)
  const leader = random.integer(1, plan.sentinels)
  const other = `sentinel-${(leader % plan.sentinels) + 1}`
  const at = random.between(1500, 3000)
  const duration = random.between(1500, 5000)
  return [
    fault('plannedFailover', 0, 0, [shard, `sentinel-${leader}`]),
    fault('crash', at, duration, [`${shard}/former`]),
    fault('sentinelCrash', at, duration, [other]),
    // By the Sentinel that has just come back.
    fault('plannedFailover', at + duration + random.between(4000, 14_000), 0, [shard, other]),
  ]
}

const twice: Pattern = (random, plan) => {
  const shard = shardOf(random, plan)
  return [
    fault('plannedFailover', 0, 0, [shard, sentinelOf(random, plan)]),
    fault('plannedFailover', random.between(1200, 4000), 0, [shard, sentinelOf(random, plan)]),
  ]
}

/** What strikes one shard and the clients: several shards may go through it at a time. */
export const plannedPatternsOfShards: readonly Pattern[] = [
  plain,
  coordinated,
  busyMaster,
  busyMaster,
  hangingReplica,
  slowReplica,
  busyClient,
  busyMasterAndClient,
  pausedMaster,
  twice,
]

/** And what strikes a Sentinel that does not lead: it must not lead the failover of another shard either. */
export const plannedPatterns: readonly Pattern[] = [
  ...plannedPatternsOfShards,
  witnessCutOff,
  hostLeaves,
]
