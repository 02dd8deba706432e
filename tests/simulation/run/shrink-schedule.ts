import type { Schedule } from '../schedule/schedule.js'
import type { ClientPlan } from '../workload/client-plan.js'
import { runSchedule } from './run-schedule.js'

/** Runs that a shrinking may take. */
const mostRunsByDefault = 300

/** The kinds of violations that a schedule leads to. */
export type Judge = (schedule: Schedule) => Promise<ReadonlySet<string>>

/**
 * The shortest schedule found that fails in the way in which this one does: faults, clients, users and
 * shards are left out, and times halved, as long as it does.
 */
export async function shrinkSchedule(
  schedule: Schedule,
  judge: Judge = violationsOf,
  mostRuns = mostRunsByDefault,
): Promise<Schedule> {
  const kinds = await judge(schedule)
  if (kinds.size === 0) return schedule
  let best = schedule
  let runs = 0
  for (let isSmaller = true; isSmaller && runs < mostRuns; ) {
    isSmaller = false
    for (const candidate of smaller(best)) {
      if (++runs > mostRuns) break
      const found = await judge(candidate)
      if (![...found].some((kind) => kinds.has(kind))) continue
      best = candidate
      isSmaller = true
      break
    }
  }
  return best
}

async function violationsOf(schedule: Schedule): Promise<ReadonlySet<string>> {
  const { violations } = await runSchedule(schedule)
  return new Set(violations.map(({ kind }) => kind))
}

/** What is a little less than a schedule, the greatest simplifications first. */
function* smaller(schedule: Schedule): Generator<Schedule> {
  const { clients, faults, plan, duration } = schedule
  for (let at = 0; at < faults.length; at++) {
    yield { ...schedule, faults: without(faults, at) }
  }
  for (let at = 1; at < clients.length; at++) yield { ...schedule, clients: without(clients, at) }
  if (plan.shards.length > 1) {
    const last = plan.shards.at(-1)!.name
    const isUsed = faults.some(({ targets }) => targets.some((it) => it.startsWith(last)))
    if (!isUsed) yield { ...schedule, plan: { ...plan, shards: plan.shards.slice(0, -1) } }
  }
  for (let at = 0; at < plan.shards.length; at++) {
    const shard = plan.shards[at]!
    if (shard.replicas < 2) continue
    const shards = plan.shards.with(at, { ...shard, replicas: 1 })
    yield { ...schedule, plan: { ...plan, shards } }
  }
  for (let at = 0; at < clients.length; at++) {
    for (const less of lessOf(clients[at]!)) {
      yield { ...schedule, clients: clients.with(at, less) }
    }
  }
  const last = Math.max(0, ...faults.map(({ at, duration }) => at + duration))
  if (duration > last + 1500) yield { ...schedule, duration: last + 1500 }
  const first = Math.min(...faults.map(({ at }) => at))
  if (first > 1000) {
    const earlier = faults.map((fault) => ({ ...fault, at: fault.at - Math.floor(first / 2) }))
    yield { ...schedule, faults: earlier }
  }
  for (let at = 0; at < faults.length; at++) {
    const fault = faults[at]!
    if (fault.duration < 400) continue
    const shorter = { ...fault, duration: Math.round(fault.duration / 2) }
    yield { ...schedule, faults: faults.with(at, shorter) }
  }
}

function* lessOf(plan: ClientPlan): Generator<ClientPlan> {
  if (plan.blocks) yield { ...plan, blocks: false }
  if (plan.subscribes) yield { ...plan, subscribes: false }
  if (plan.users > 1) yield { ...plan, users: plan.users - 1 }
  if (plan.burst > 1) yield { ...plan, burst: 1 }
  if (plan.thinkTime < 400) yield { ...plan, thinkTime: plan.thinkTime * 2 }
  if (plan.keys > 1) yield { ...plan, keys: 1 }
}

function without<T>(items: readonly T[], at: number): readonly T[] {
  return items.filter((_, index) => index !== at)
}
