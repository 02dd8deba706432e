import { setTimeout as sleep } from 'node:timers/promises'
import { judge } from '../oracle/judge.js'
import { readStates } from '../oracle/read-states.js'
import { bounded } from '../scenarios/common.js'
import { prepareLanes } from '../world/prepare-lanes.js'
import { RawConnection } from '../world/raw-connection.js'
import { until } from '../world/until.js'
import type { World } from '../world/world.js'
import { injections } from './faults.js'
import { describeFault, type PlannedFault } from './schedule.js'

export interface RoundResult {
  readonly violations: readonly string[]
  readonly acked: number
  readonly unknown: number
  readonly lost: number
  readonly failovers: number
  /** The fleet is whole again: the next round may use it. */
  readonly isWhole: boolean
}

/** Writes acknowledged for so long after a switch may still have gone to the old master, ms. */
const learning = 1_500

/** One schedule of faults under load, the return to order, and the judgement. */
export async function runRound(
  world: World,
  faults: readonly PlannedFault[],
  round: number,
): Promise<RoundResult> {
  const violations: string[] = []
  const attempt = async (what: string, run: () => Promise<void>) => {
    try {
      await run()
      return true
    } catch (error) {
      violations.push(`${what}: ${error instanceof Error ? error.message : error}`)
      return false
    }
  }
  const from = performance.now()
  world.startLoad(await prepareLanes(world, round), world.plan)
  const healedAt = await strike(world, faults, attempt)
  const isWhole =
    (await attempt('the fleet is whole', () => world.fleet.waitForSync())) &&
    (await attempt('every shard serves', () => served(world)))
  world.stopLoad()
  await attempt('every promise settles', () => settled(world))
  const counts = await conclude(world, faults, { from, healedAt }, violations)
  const failovers = switchesSince(world, from).length
  return { ...counts, violations, failovers, isWhole: isWhole && violations.length === 0 }
}

/** Injects and heals each at its time. @returns when the last was healed */
async function strike(
  world: World,
  faults: readonly PlannedFault[],
  attempt: (what: string, run: () => Promise<void>) => Promise<boolean>,
): Promise<number> {
  const start = performance.now()
  await Promise.all(
    faults.map(async (fault) => {
      await sleep(Math.max(0, fault.at - (performance.now() - start)))
      world.journal.note('soak', describeFault(fault))
      await attempt(describeFault(fault), async () => {
        const heal = await injections[fault.name](world, fault)
        if (heal === undefined) return
        await sleep(fault.lasts)
        world.journal.note('soak', `end of: ${fault.name}`)
        await heal()
      })
    }),
  )
  world.proxies.heal()
  return performance.now()
}

async function served({ ledger, patience }: World): Promise<void> {
  const goals = ledger.shards.map((shard) => ({ shard, goal: ledger.acks(shard) + 50 }))
  await until(() => {
    const behind = goals.find(({ shard, goal }) => ledger.acks(shard) < goal)
    return behind && `${behind.shard} acknowledges nothing`
  }, patience)
}

async function settled({ ledger, timeout }: World): Promise<void> {
  await until(
    () => (ledger.pending.size === 0 ? undefined : `${ledger.pending.size} are pending`),
    timeout + 1_000,
  )
}

interface Period {
  readonly from: number
  readonly healedAt: number
}

async function conclude(
  world: World,
  faults: readonly PlannedFault[],
  period: Period,
  violations: string[],
): Promise<Pick<RoundResult, 'acked' | 'unknown' | 'lost'>> {
  const { ledger, fleet, stalls } = world
  const states = await readStates(
    ledger.lanes,
    async (shard) => (await fleet.waitForMaster(shard)).address,
  )
  const windows = ledger.shards.flatMap((shard) => lossWindow(world, shard, faults, period) ?? [])
  const found = judge({ ledger, states, windows, stalls })
  const { acked, unknown, lost } = found
  for (const name of [
    'lostWithoutExcuse',
    'duplicates',
    'phantoms',
    'misordered',
    'torn',
    'wrong',
    'late',
  ] as const) {
    if (found[name] > 0) violations.push(`${found[name]} ${name}`)
  }
  violations.push(...ledger.wrong.slice(0, 3), ...unexpectedErrors(world, faults, period))
  await forget(world)
  return { acked, unknown, lost }
}

/**
 * Replication is asynchronous: when a master was replaced, what was issued before the switch may be
 * gone, and, if Sentinels could not be heard, what was issued before they could again.
 */
function lossWindow(
  world: World,
  shard: string,
  faults: readonly PlannedFault[],
  { from, healedAt }: Period,
) {
  const last = switchesSince(world, from)
    .filter(({ payload }) => payload.startsWith(`${shard} `))
    .at(-1)
  if (last === undefined || !mayLose(shard, faults)) return undefined
  const isDeaf = faults.some(({ name }) => name.includes('Sentinel'))
  return { shard, from, until: Math.max(last.at, isDeaf ? healedAt : 0) + learning }
}

/** A planned failover alone, whose Sentinels are heard, loses nothing. */
function mayLose(shard: string, faults: readonly PlannedFault[]): boolean {
  return faults.some(
    (fault) => fault.shard === undefined || (fault.shard === shard && fault.name !== 'fail over'),
  )
}

/** Errors are for shards that were struck, or whose master was replaced; and of the bounded kinds. */
function unexpectedErrors(world: World, faults: readonly PlannedFault[], { from }: Period) {
  const { ledger } = world
  const switched = switchesSince(world, from).map(({ payload }) => payload.split(' ')[0])
  return [...ledger.errors].flatMap(([shard, classes]) => {
    const isStruck = faults.some((fault) => fault.shard === shard) || switched.includes(shard)
    return [...classes]
      .filter(([name]) => !isStruck || !bounded.some((allowed) => allowed === name))
      .map(([name, count]) => {
        const sample = ledger.errorSamples.get(name)?.message
        return `${count} unexpected ${name} on ${shard}: ${sample}`
      })
  })
}

function switchesSince({ observer }: World, from: number) {
  const all = observer.events.filter(
    ({ at, channel }) => at >= from && channel === '+switch-master',
  )
  return all.filter(({ payload }, i) => all.findIndex((one) => one.payload === payload) === i)
}

/** The next round has keys of its own; these need not be kept. */
async function forget({ ledger, fleet }: World): Promise<void> {
  for (const shard of ledger.shards) {
    const keys = ledger.lanesOf(shard).flatMap((lane) => lane.keys)
    await RawConnection.ask(fleet.master(shard).address, ['DEL', ...keys])
  }
}
