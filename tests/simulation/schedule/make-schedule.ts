import { Random } from '../core/random.js'
import type { ClientPlan } from '../workload/client-plan.js'
import { defaultPlan, type WorldPlan } from '../world/world-plan.js'
import type { Fault, FaultKind } from './fault.js'
import { chain } from './fault-pattern.js'
import { mixedPatterns } from './patterns.js'
import { plannedPatterns, plannedPatternsOfShards } from './planned-patterns.js'
import type { Schedule } from './schedule.js'

/** The schedule of a seed. */
export function makeSchedule(seed: number): Schedule {
  const random = new Random(`schedule/${seed}`)
  const kind = random.chance(0.3) ? 'planned' : 'mixed'
  const plan = makePlan(random.fork('plan'), kind)
  const clients = makeClients(random.fork('clients'), kind, plan.shards.length)
  const chance = random.fork('faults')
  const faults = chance.chance(kind === 'planned' ? 0.75 : 0.5)
    ? makePatterns(chance, plan, kind)
    : makeFaults(chance, plan, clients, kind)
  const last = Math.max(...faults.map(({ at, duration }) => at + duration))
  return { seed, kind, plan, duration: last + 1500, clients, faults }
}

function makePatterns(random: Random, plan: WorldPlan, kind: Schedule['kind']): Fault[] {
  // Soon: the old master is not demoted yet. Later: it follows the new one.
  const pause = (it: Random) =>
    kind === 'mixed'
      ? it.between(2500, 5000)
      : it.chance(0.3)
        ? it.between(12_000, 16_000)
        : it.between(2000, 5000)
  if (kind === 'planned' && (plan.shards.length === 1 || random.chance(0.3))) {
    return chain(plannedPatterns, random, plan, pause, soundAgainAt)
  }
  const patterns = kind === 'mixed' ? mixedPatterns : plannedPatternsOfShards
  return plan.shards
    .flatMap((shard) => chain(patterns, random, { ...plan, shards: [shard] }, pause))
    .sort((a, b) => a.at - b.at)
}

/** ms in which a client that is far away has a link again to a Sentinel that was out of its reach. */
const longestRedial = 2500

/**
 * A Sentinel that a client cannot hear, or could not a moment ago, must not lead a planned failover: what the old
 * master acknowledges until then is lost (docs/failover.md, row 24).
 */
function soundAgainAt({ kind, at, duration }: Fault): number {
  return kind === 'cutPair' ? at + duration + longestRedial : at
}

function makePlan(random: Random, kind: Schedule['kind']): WorldPlan {
  const shards = random.pick([1, 2, 2, 3, 3, 4])
  const isPlanned = kind === 'planned'
  return {
    ...defaultPlan,
    shards: Array.from({ length: shards }, (_, index) => ({
      name: `shard-${index + 1}`,
      replicas: random.pick([1, 1, 2]),
    })),
    sentinels: isPlanned ? 3 : random.pick([3, 3, 3, 5]),
    quorum: 2,
    // What makes planned failovers hard must not make crashes of them.
    downAfter: isPlanned ? 6000 : random.pick([300, 500, 1000]),
    failoverTimeout: random.pick([2000, 3000, 6000]),
    parallelSyncs: random.pick([1, 1, 2]),
    isValkey: random.chance(0.3),
    latency: random.pick([0.05, 0.2, 1, isPlanned ? 60 : 8]),
    jitter: random.pick([0.02, 0.2, isPlanned ? 0.5 : 4]),
    node: {
      persistence: isPlanned || random.chance(0.7) ? 'everything' : 'nothing',
      loadingTime: random.pick([1, 20, 300]),
      syncTime: random.pick([2, 50, 400]),
      servesStaleData: random.chance(0.8),
      minReplicasToWrite: !isPlanned && random.chance(0.1) ? 1 : 0,
    },
  }
}

function makeClients(random: Random, kind: Schedule['kind'], shards: number): ClientPlan[] {
  const count = random.pick([1, 1, 2])
  const distance = kind === 'planned' ? random.pick([0, 0, 0, 30, 80, 150]) : 0
  return Array.from({ length: count }, (_, index) => ({
    startAt: index === 0 ? 0 : random.between(0, 8000),
    distance,
    stream: random.chance(kind === 'planned' ? 0.4 : 0.1)
      ? { users: random.integer(1, 3), pause: random.pick([5, 20]) }
      : undefined,
    closeAt: index > 0 && random.chance(0.3) ? random.between(300, 12_000) : undefined,
    users: random.integer(1, 3),
    thinkTime: random.pick([100, 300, 900]),
    burst: random.pick([1, 3, 6]),
    keys: shards - 1 + random.integer(1, 4),
    commandTimeout: random.pick(distance > 0 ? [5000] : [700, 2000, 5000]),
    connectTimeout: random.pick([distance > 0 ? 2000 : 300, 2000]),
    gateTimeout: random.pick([3000, 10_000]),
    openOn: kind === 'planned' || random.chance(0.8) ? 'confirmed' : 'proven',
    probeInterval: random.chance(0.85) ? 10 : false,
    retryWrites: random.chance(0.25) ? 'idempotent' : 'never',
    pollInterval: random.pick([300, 1000, 1000, 1000]),
    queueCommands: random.chance(0.1) ? 10 : 100_000,
    subscribes: random.chance(0.4),
    blocks: random.chance(0.25),
  }))
}

interface Choice {
  readonly kind: FaultKind
  readonly weight: number
  targets(random: Random, plan: WorldPlan, clients: number): string[]
  duration(random: Random): number
  amount?(random: Random): number
}

const shard = (random: Random, plan: WorldPlan) => random.pick(plan.shards).name
const master = (random: Random, plan: WorldPlan) => [`${shard(random, plan)}/master`]
const replica = (random: Random, plan: WorldPlan) => [`${shard(random, plan)}/replica`]
const someNode = (random: Random, plan: WorldPlan) =>
  random.chance(0.7) ? master(random, plan) : replica(random, plan)
const sentinel = (random: Random, plan: WorldPlan) => [
  `sentinel-${random.integer(1, plan.sentinels)}`,
]
const client = (random: Random, _plan: WorldPlan, clients: number) => [
  `client-${random.integer(1, clients)}`,
]
const anybody = (random: Random, plan: WorldPlan, clients: number) =>
  random.pick([someNode, someNode, sentinel, client])(random, plan, clients)
const short = (random: Random) => random.between(20, 600)
const long = (random: Random) => random.between(200, 4000)
const atOnce = () => 0

/** Of a planned failover of this shard, by that Sentinel. */
const shardAndSentinel = (random: Random, plan: WorldPlan) => [
  shard(random, plan),
  ...sentinel(random, plan),
]

/** Several hosts, cut off from all others. */
function island(random: Random, plan: WorldPlan, clients: number): string[] {
  const names = new Set<string>()
  const size = random.integer(1, 4)
  for (let it = 0; it < size; it++) names.add(anybody(random, plan, clients)[0]!)
  return [...names]
}

/** Some servers that the others do not reach. */
function someServers(random: Random, plan: WorldPlan): string[] {
  const size = random.integer(1, 3)
  const any = () => random.pick([someNode, sentinel])(random, plan)[0]!
  return [...new Set(Array.from({ length: size }, any))]
}

const choices: readonly Choice[] = [
  { kind: 'plannedFailover', weight: 24, targets: shardAndSentinel, duration: atOnce },
  { kind: 'coordinatedFailover', weight: 4, targets: shardAndSentinel, duration: atOnce },
  { kind: 'adminFailover', weight: 2, targets: master, duration: atOnce },
  { kind: 'demote', weight: 2, targets: master, duration: atOnce },
  { kind: 'replicaOf', weight: 1, targets: replica, duration: atOnce },
  { kind: 'crash', weight: 14, targets: someNode, duration: long },
  { kind: 'powerOff', weight: 4, targets: someNode, duration: long },
  { kind: 'freeze', weight: 10, targets: someNode, duration: long },
  { kind: 'pauseWrites', weight: 2, targets: master, duration: atOnce, amount: short },
  { kind: 'busyScript', weight: 1, targets: master, duration: long },
  { kind: 'diskFull', weight: 1, targets: master, duration: long },
  { kind: 'killClients', weight: 3, targets: someNode, duration: atOnce },
  { kind: 'partition', weight: 6, targets: island, duration: long },
  { kind: 'split', weight: 3, targets: someServers, duration: long },
  { kind: 'oneWayCut', weight: 4, targets: island, duration: long },
  {
    kind: 'slowHost',
    weight: 4,
    targets: anybody,
    duration: long,
    amount: (random) => random.integer(5, 200),
  },
  {
    kind: 'resetAfterBytes',
    weight: 5,
    targets: client,
    duration: atOnce,
    amount: (random) => random.integer(0, 60),
  },
  {
    kind: 'smallPieces',
    weight: 2,
    targets: client,
    duration: long,
    amount: (random) => random.integer(1, 20),
  },
  { kind: 'sentinelCrash', weight: 4, targets: sentinel, duration: long },
  { kind: 'sentinelFreeze', weight: 4, targets: sentinel, duration: long },
  { kind: 'sentinelWipe', weight: 1, targets: sentinel, duration: short },
  { kind: 'sentinelReset', weight: 1, targets: sentinel, duration: atOnce },
  { kind: 'sentinelForgets', weight: 1, targets: shardAndSentinel, duration: long },
  { kind: 'clientStall', weight: 3, targets: client, duration: long },
]

const weighted = choices.flatMap((choice) => Array<Choice>(choice.weight).fill(choice))

function makeFaults(
  random: Random,
  plan: WorldPlan,
  clients: readonly ClientPlan[],
  kind: Schedule['kind'],
): Fault[] {
  const faults: Fault[] = []
  const crowd = (plan.shards.length + 1) / 2
  const count = Math.round(
    crowd * (kind === 'planned' ? random.integer(3, 5) : random.integer(4, 9)),
  )
  let at = random.between(500, 3000)
  for (let number = 0; number < count; number++) {
    const choice = kind === 'planned' ? choices[0]! : random.pick(weighted)
    if (choice.kind === 'coordinatedFailover' && !plan.isValkey) continue
    faults.push({
      at: Math.round(at),
      duration: Math.round(choice.duration(random)),
      kind: choice.kind,
      targets: choice.targets(random, plan, clients.length),
      amount: Math.round(choice.amount?.(random) ?? 0),
    })
    at += pause(random, kind) / crowd
  }
  return faults.length > 0 ? faults : makeFaults(random, plan, clients, kind)
}

/** ms until the next fault. Failovers of one shard that follow each other are a case of their own. */
function pause(random: Random, kind: Schedule['kind']): number {
  if (kind === 'planned') return random.chance(0.1) ? 25_000 : random.between(1500, 6000)
  return random.chance(0.35) ? random.between(0, 400) : random.between(400, 3500)
}
