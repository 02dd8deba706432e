import { Random } from '../core/random.js'
import { FailoverRecords } from '../oracle/failover-records.js'
import { judgeLinearity } from '../oracle/judge-linearity.js'
import { judgeLosses, judgeOrder } from '../oracle/judge-losses.js'
import { judgeOperations } from '../oracle/judge-operations.js'
import { judgeSilence, slowestHandshake } from '../oracle/judge-silence.js'
import { LossExcuses } from '../oracle/loss-excuses.js'
import type { Violation } from '../oracle/violation.js'
import { WriteWatch } from '../oracle/write-watch.js'
import { applyFault } from '../schedule/apply-fault.js'
import type { Schedule } from '../schedule/schedule.js'
import { Application } from '../workload/application.js'
import { Ledger } from '../workload/ledger.js'
import { operationKinds } from '../workload/operation-kinds.js'
import { currentProcess } from '../world/current-process.js'
import { World } from '../world/world.js'
import { InvariantWatch } from './invariant-watch.js'
import type { RunResult } from './run-result.js'

/** ms that servers get to agree before clients begin. */
const beginning = 300

/** The longest that a world may take to be well again after everything was put right, in ms. */
const longestRecovery = 90_000

/** Of each client, in the time after a fault. */
const salvosPerFault = 3

/** ms before a planned failover, and ms altogether, in which a client writes as fast as it may. */
const streamBefore = 100
const streamFor = 2500

/** How often a sound world is asked before it has to answer. */
const probeRounds = 3

const [set, get] = ['SET', 'GET'].map(
  (name) => operationKinds.find((kind) => kind.name === name)!,
) as [(typeof operationKinds)[number], (typeof operationKinds)[number]]

/** Runs a schedule in a world of its own. */
export async function runSchedule(schedule: Schedule, keepsStory = false): Promise<RunResult> {
  const world = new World(schedule.plan, schedule.seed, keepsStory)
  const ledger = new Ledger()
  const violations: Violation[] = []
  const reached = new Map<string, number>()
  const violate = (kind: string, what: string) => {
    if (violations.length >= 50) return
    violations.push({ kind, at: world.time.now, what })
    world.journal.write('VIOLATION', `${kind}: ${what}`)
  }
  const onReached = (what: string) => reached.set(what, (reached.get(what) ?? 0) + 1)
  let failovers = 0
  let excusedLosses = 0
  world.listen({
    executed: (node, record) => ledger.executed(node, record),
    sentinelEvent: ({ channel }) => {
      onReached(`sentinel ${channel}`)
      if (channel === '+promoted-slave') failovers++
    },
  })
  world.listen({
    unaskedWrite: (node, client, command) =>
      violate('written without its role', `${client} sends ${command} to ${node.name}`),
  })
  const records = new FailoverRecords(world)
  const excuses = new LossExcuses(schedule, records, beginning)
  const writes = new WriteWatch(world, schedule, beginning, ledger, records, violate)
  world.start()
  const applications = schedule.clients.map(
    (plan) =>
      new Application(plan, {
        world,
        ledger,
        onViolation: (what) => violate('application', what),
        onReached,
        onNamed: ({ name }, shard, host) => records.heardMaster(name, shard, host),
        onAdoption: (application, shard, adoption, before) => {
          records.adopted(application.name, shard, adoption.host)
          writes.adopted(application, shard, adoption, before)
        },
      }),
  )
  const watch = new InvariantWatch(
    world,
    schedule,
    ledger,
    applications,
    records,
    violate,
    onReached,
  )
  for (const application of applications) {
    const { process } = application
    process.onSent = (text, socket) => writes.sent(application, text, socket)
    process.onReceived = (text, socket) => records.arrived(process.name, socket, text)
  }
  ledger.onExecuted = (operation, node) => {
    const application = applications.find(({ name }) => name === operation.client)
    if (application !== undefined) writes.executed(operation, node, application)
  }
  const onRejection = (error: unknown) =>
    violate('unhandled rejection', String((error as Error)?.stack ?? error))
  process.on('unhandledRejection', onRejection)
  try {
    await live()
  } catch (error) {
    // Of the client, in a callback: in a real process it would have been the end.
    violate('uncaught exception', String(error))
  } finally {
    process.off('unhandledRejection', onRejection)
    currentProcess.value = undefined
  }

  async function live(): Promise<void> {
    const { time } = world
    for (const application of applications) {
      const { plan } = application
      time.at(beginning + plan.startAt, () => application.start())
      if (plan.closeAt !== undefined) {
        time.at(Math.max(beginning + plan.startAt + 1, plan.closeAt), () => application.close())
      }
    }
    const random = new Random(`faults/${schedule.seed}`)
    schedule.faults.forEach((fault, index) => {
      time.at(beginning + fault.at, () => {
        onReached(`fault ${fault.kind}`)
        const undo = applyFault(world, fault, random.fork(String(index)))
        if (undo !== undefined) time.after(fault.duration, undo)
      })
    })
    for (const application of applications) {
      for (const { kind, at, targets } of schedule.faults) {
        if (kind !== 'plannedFailover' && kind !== 'coordinatedFailover') continue
        application.streamAt(targets[0]!, beginning + at - streamBefore, streamFor)
      }
      const salvos = random.fork(application.name)
      for (const { at } of schedule.faults) {
        for (let salvo = 0; salvo < salvosPerFault; salvo++) {
          application.salvoAt(beginning + at + salvos.between(-20, 2500))
        }
      }
    }
    watch.start()
    await time.run(beginning + schedule.duration)
    world.journal.write('run', 'everything is put right; the users stop')
    for (const application of applications) application.stopUsers()
    await recover()
    await finish()
  }

  /** Every shard has to serve every client again, by itself. */
  async function recover(): Promise<void> {
    const { time } = world
    const open = applications.filter(
      ({ client, plan }) => client !== undefined && plan.closeAt === undefined,
    )
    const missing = () =>
      open.flatMap(({ name, client }) => {
        const { state, shards } = client!.health()
        if (state === 'ok') return []
        const told = shards.map(({ shard, phase }) => `${shard} ${phase}`)
        return [`${name} is ${state} (${told.join(', ')})`]
      })
    const end = time.now + longestRecovery
    while (time.now < end) {
      await time.run(time.now + 500)
      if (world.isWell() && missing().length === 0) break
    }
    if (!world.isWell()) onReached('servers did not recover')
    else if (missing().length > 0) violate('does not recover', missing().join('; '))
    if (!world.isWell()) return
    // An idle connection may be dead without knowing: that costs the first calls over it.
    for (let round = 1; round <= probeRounds; round++) {
      const refused = await probe(open)
      if (refused.length === 0) break
      if (round === probeRounds) for (const what of refused) violate('does not serve', what)
    }
    await watch.checkSubscriptions(open)
  }

  /** Calls on every shard, in a sound world. @returns those that were not answered */
  async function probe(open: readonly Application[]): Promise<string[]> {
    const { time } = world
    const probes = open.flatMap((application) =>
      Array.from({ length: 3 * world.plan.shards.length }, (_, index) => [
        application.call(set, `{probe:${index}}:${application.name}:register`, 30_000),
        application.call(get, `{probe:${index}}:${application.name}:register`, 30_000),
      ]).flat(),
    )
    await time.run(time.now + 35_000, () => probes.every(({ outcome }) => outcome !== 'pending'))
    return probes
      .filter(({ outcome }) => outcome !== 'acknowledged')
      .map(({ kind, key, outcome, error }) => `${kind} ${key}: ${outcome} ${error?.message ?? ''}`)
  }

  async function finish(): Promise<void> {
    const { time } = world
    for (const application of applications) application.close()
    const isClosed = () =>
      applications.every(({ client, isClosed }) => client === undefined || isClosed)
    await time.run(time.now + 20_000, isClosed)
    // What was being closed has closed.
    await time.run(time.now + 50)
    if (!isClosed()) violate('does not close', 'close() did not resolve within 20 s')
    for (const { process, name } of applications) {
      if (process.pendingTimers > 0)
        violate('leak', `${name} has ${process.pendingTimers} timers after close()`)
      if (process.sockets.size > 0)
        violate('leak', `${name} has ${process.sockets.size} sockets after close()`)
    }
    // Sentinels bring the roles in order; then it is known which writes are kept.
    await time.run(time.now + 45_000, () => world.isSettled())
    violations.push(...judgeOperations(ledger, (...it) => watch.stalledFor(...it)))
    const { violations: losses, lost } = judgeLosses(world, ledger, (...it) => excuses.judge(...it))
    violations.push(...losses)
    excusedLosses = lost - losses.length
    violations.push(...judgeOrder(world, ledger))
    violations.push(...judgeLinearity(world, schedule, ledger, records))
    violations.push(
      ...judgeSilence(ledger, (...it) => watch.stalledFor(...it), slowestHandshake(schedule)),
    )
  }

  return {
    seed: schedule.seed,
    violations,
    failovers,
    operations: ledger.operations.length,
    excusedLosses,
    duration: world.time.now,
    events: world.time.events,
    reached,
    hash: world.journal.hash,
    story: world.journal.entries,
  }
}
