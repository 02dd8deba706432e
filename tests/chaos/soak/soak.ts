import type { Options } from '../campaign/options.js'
import { activeTimers, openSockets } from '../oracle/leaks.js'
import { addSoak } from '../report/result-file.js'
import { writeReport } from '../report/write-report.js'
import type { Scenario } from '../scenario.js'
import { durable, quick } from '../scenarios/common.js'
import { closeWorld, createWorld } from '../world/create-world.js'
import { until } from '../world/until.js'
import type { World } from '../world/world.js'
import { runRound } from './round.js'
import { describeFault, scheduleOf } from './schedule.js'
import type { SoakSummary } from './soak-summary.js'

/** Room for faults: three shards, two replicas each, data that outlives kill -9. */
const scenario: Scenario = {
  id: 'soak',
  fault: 0,
  title: 'random schedules of several faults',
  fleet: { ...quick, masters: 3, replicas: 2, downAfter: 2_000, dataConfig: [...durable] },
  proxied: ['data', 'sentinels'],
  load: { pushes: 60, increments: 20, reads: 40, echoes: 10, lanes: 2, timeout: 8_000 },
  steps: [],
}

interface Tally {
  rounds: number
  failovers: number
  acked: number
  unknown: number
  lost: number
  readonly faults: Record<string, number>
  readonly violations: string[]
}

/** Rounds of random faults until the time is over; or one round alone, to see it again. */
export async function soak(options: Options): Promise<void> {
  const { seed, round: only, soak: duration = 0 } = options
  console.log(`seed ${seed}`)
  const start = performance.now()
  const tally = emptyTally()
  let world: World | undefined
  for (let round = only ?? 1; ; round++) {
    world ??= await freshWorld(seed)
    const isWhole = await playRound(world, seed, round, tally, options)
    if (!isWhole) {
      await endWorld(world, tally)
      world = undefined
    }
    if (only !== undefined || performance.now() - start >= duration) break
  }
  if (world !== undefined) await endWorld(world, tally)
  await conclude(options, tally, performance.now() - start)
}

async function playRound(
  world: World,
  seed: number,
  round: number,
  tally: Tally,
  { verbose }: Options,
): Promise<boolean> {
  const faults = scheduleOf(seed, round, world.fleet.masters)
  const result = await runRound(world, faults, round)
  const { violations, acked, unknown, lost, failovers, isWhole } = result
  tally.rounds++
  tally.failovers += failovers
  tally.acked += acked
  tally.unknown += unknown
  tally.lost += lost
  for (const { name } of faults) tally.faults[name] = (tally.faults[name] ?? 0) + 1
  tally.violations.push(...violations.map((what) => `round ${round}: ${what}`))
  const mark = violations.length === 0 ? '✓' : '×'
  const names = faults.map(({ name }) => name).join(', ')
  console.log(`${mark} round ${round}: ${acked} acked, ${unknown} unknown, ${lost} lost; ${names}`)
  if (violations.length > 0) {
    for (const line of [...faults.map(describeFault), ...violations]) console.log(`    ${line}`)
    console.log(`    again: npm run chaos -- --soak 1s --seed ${seed} --round ${round}`)
  }
  if (verbose) for (const line of world.journal.lines()) console.log(`    ${line}`)
  world.journal.clear()
  return isWhole
}

async function freshWorld(seed: number): Promise<World> {
  const world = await createWorld(scenario, 'disredis', seed)
  timers.set(world, activeTimers())
  world.makeClient()
  await world.client.ready()
  return world
}

/** Timers of the harness, by world. */
const timers = new WeakMap<World, number>()

/** Closes the client and looks for what it left open, then ends the servers. */
async function endWorld(world: World, tally: Tally): Promise<void> {
  const { fleet, proxies, observer } = world
  await world.client.close()
  const targets = [
    ...fleet.nodes().map(({ address }) => address),
    ...proxies.all().map(({ address }) => address),
  ]
  try {
    await until(() => {
      const own = [...proxies.ownPorts, ...observer.ownPorts]
      const extra = activeTimers() - (timers.get(world) ?? 0)
      const left = [...openSockets(targets, own), ...(extra > 0 ? [`${extra} timers`] : [])]
      return left.length === 0 ? undefined : left.join(', ')
    }, 3_000)
  } catch (error) {
    tally.violations.push(`open after close(): ${(error as Error).message}`)
  }
  await closeWorld(world)
}

async function conclude(options: Options, tally: Tally, duration: number): Promise<void> {
  const { seed, command, json, report } = options
  const { violations } = tally
  const summary: SoakSummary = {
    seed,
    command: command.includes('--seed') ? command : `${command} --seed ${seed}`,
    takenOn: new Date().toISOString().slice(0, 10),
    duration: duration / 1000,
    ...tally,
  }
  if (json !== undefined) await addSoak(json, summary)
  if (report && json !== undefined) writeReport(json)
  const failed = new Set(violations.map((violation) => violation.split(':')[0])).size
  console.log(`\n${tally.rounds} rounds, ${tally.failovers} failovers, ${tally.acked} acked`)
  console.log(`${Math.max(0, tally.rounds - failed)} passed, ${failed} failed`)
  process.exitCode = failed === 0 ? 0 : 1
}

function emptyTally(): Tally {
  return { rounds: 0, failovers: 0, acked: 0, unknown: 0, lost: 0, faults: {}, violations: [] }
}
