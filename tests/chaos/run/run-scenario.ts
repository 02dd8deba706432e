import { setTimeout as sleep } from 'node:timers/promises'
import { judge } from '../oracle/judge.js'
import { activeTimers, openSockets } from '../oracle/leaks.js'
import { readStates } from '../oracle/read-states.js'
import type { Scenario } from '../scenario.js'
import type { SubjectName } from '../subjects/subject.js'
import { closeWorld, createWorld } from '../world/create-world.js'
import { prepareLanes } from '../world/prepare-lanes.js'
import { until } from '../world/until.js'
import type { World } from '../world/world.js'
import { figuresOf } from './figures.js'
import type { RunResult } from './run-result.js'
import { countErrors, violationsOf } from './violations.js'

/** Runs a scenario once, with everything started for it and ended after it. */
export async function runScenario(
  scenario: Scenario,
  subject: SubjectName,
  seed: number,
): Promise<RunResult> {
  const world = await createWorld(scenario, subject, seed)
  try {
    const timers = activeTimers()
    await attempt(world, 'start', () => connect(world, scenario))
    await takeSteps(world, scenario.steps)
    await settle(world, scenario, timers)
    return {
      scenario: scenario.id,
      subject,
      seed,
      violations: world.violations,
      figures: Object.fromEntries(world.figures),
      errors: world.hasLoad ? countErrors(world.ledger) : {},
      journal: world.journal.lines(),
    }
  } finally {
    await closeWorld(world)
  }
}

async function connect(world: World, { load, connects = true }: Scenario): Promise<void> {
  if (!connects) return
  world.makeClient()
  if (world.subjectName === 'disredis') await ready(world)
  if (load === false) return
  world.startLoad(await prepareLanes(world), world.plan)
}

/** `ready()` has the deadline of a call, which may be shorter than a start on a busy machine. */
async function ready({ client, patience }: World): Promise<void> {
  let error: unknown
  const isReady = () =>
    client.ready().then(
      () => undefined,
      (reason: Error) => {
        error = reason
        return reason.message
      },
    )
  await until(isReady, patience).catch(() => {
    throw error
  })
}

async function takeSteps(world: World, steps: Scenario['steps']): Promise<void> {
  for (const { title, run } of steps) {
    if (world.violations.length > 0) return
    world.journal.note('step', title)
    await attempt(world, `step "${title}"`, () => run(world))
  }
}

/** The load ends, promises settle, the books are compared, and the client is closed. */
async function settle(world: World, scenario: Scenario, timers: number): Promise<void> {
  world.stopLoad()
  world.marks.set('end', performance.now())
  world.journal.note('step', 'the load ends')
  if (world.hasLoad) {
    await attempt(world, 'promises', () => allSettled(world))
    await attempt(world, 'checks', () => runChecks(world, scenario))
    await attempt(world, 'comparison', () => compare(world, scenario))
  }
  if (!world.isConnected) return
  world.proxies.heal()
  await attempt(world, 'close()', () => closeSubject(world))
  await countLeaks(world, timers)
}

async function runChecks(world: World, { expect }: Scenario): Promise<void> {
  for (const { title, run } of expect?.checks ?? []) {
    const complaint = await run(world)
    if (complaint !== undefined) world.violations.push(`${title}: ${complaint}`)
  }
}

/** Every promise has its deadline; those of peers, who promise none, get a while. */
async function allSettled({ ledger, subject, timeout }: World): Promise<void> {
  const limit = subject.hasDeadlines ? timeout + 1_000 : 15_000
  const giveUpAt = performance.now() + limit
  while (ledger.pending.size > 0 && performance.now() < giveUpAt) await sleep(10)
}

async function compare(world: World, scenario: Scenario): Promise<void> {
  const { ledger, fleet, stalls, lossWindows } = world
  const states = await readStates(
    ledger.lanes,
    async (shard) => (await fleet.waitForMaster(shard)).address,
    { ca: fleet.tls?.ca },
  )
  const loss = scenario.expect?.loss
  const excused = (loss?.shards ?? []).map((shard) => ({
    shard,
    from: 0,
    until: world.marks.get(loss!.before) ?? 0,
  }))
  const windows = [...lossWindows, ...excused]
  const judgement = judge({ ledger, states, windows, stalls })
  for (const [name, value] of Object.entries(figuresOf(world, scenario, judgement, states))) {
    world.figures.set(name, value)
  }
  world.violations.push(...violationsOf(world, judgement, scenario.expect))
}

async function closeSubject(world: World): Promise<void> {
  const giveUp = sleep(20_000, 'late', { ref: false })
  const outcome = await Promise.race([closeClients(world), giveUp])
  if (outcome === 'late') throw new Error('not resolved after 20 s')
}

async function closeClients({ subject, crowd }: World): Promise<void> {
  await Promise.all([subject, ...crowd].map((client) => client.close()))
}

async function countLeaks(world: World, timers: number): Promise<void> {
  const { fleet, proxies, observer } = world
  const targets = [
    ...fleet.nodes().map(({ address }) => address),
    ...proxies.all().map((p) => p.address),
  ]
  let leaks: string[] = []
  const look = () => {
    const sockets = openSockets(targets, [...proxies.ownPorts, ...observer.ownPorts])
    const extra = Math.max(0, activeTimers() - timers)
    leaks = [...sockets, ...Array.from({ length: extra }, () => 'timer')]
    return leaks.length === 0 ? undefined : leaks.join(', ')
  }
  await until(look, 3_000).catch(() => {
    if (world.subjectName === 'disredis') world.violations.push(`open after close(): ${leaks}`)
  })
  world.figures.set('leaked', leaks.length)
}

async function attempt(world: World, what: string, run: () => Promise<void> | void): Promise<void> {
  try {
    await run()
  } catch (error) {
    const detail = error instanceof Error ? (error.stack ?? error.message) : String(error)
    world.violations.push(`${what}: ${detail}`)
    world.journal.note('runner', `${what} failed`)
  }
}
